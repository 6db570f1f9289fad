import type { App, BlockAction, RespondFn, SlackAction } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import type { Incident } from '../../domain/incident.ts';
import type { Reply } from '../../extension-points.ts';
import { within } from '../../timing/within.ts';
import { explain, withoutPictures } from './explain.ts';
import { homeView } from './home.ts';
import { identityOf } from './identity.ts';
import type { SlackLog } from './log.ts';
import { type PressedAt, pressed } from './press.ts';
import { REASON_CALLBACK, reasonGiven, reasonModal, tooLateModal } from './reason-modal.ts';
import { type CommandDeps, replyBody, runCommand } from './run-command.ts';
import { slackFailure } from './web-client.ts';

export type ListenerDeps = CommandDeps & { log: SlackLog /** Null: not known yet. */; ownTeam?(): string | null };

type Who = { id: string; team_id?: string | undefined };
const whoIs = ({ ownTeam }: ListenerDeps, { id, team_id: team }: Who): string =>
  identityOf({ id, team }, ownTeam?.() ?? null);

/** Slack wants its answer within 3 s; a command that is quick answers in it, and a slow one afterwards. Real ms. */
const QUICK_MS = 1_500;

const TROUBLE =
  'Nightshift couldn’t finish that just now, and can’t tell whether it took. Look at the message, or try again in a moment.';

/** Everything that people can do in Slack. Each request is acknowledged at once, also those that nobody handles: they'd be shown as failures otherwise. */
export function listenToSlack(app: App, deps: ListenerDeps): void {
  app.action(/.*/, async ({ ack, body, respond, client }) => {
    await ack();
    await onAction(deps, body, respond, client);
  });
  app.command(/.*/, async ({ ack, command, respond }) => {
    const reply = runCommand(
      deps,
      whoIs(deps, { id: command.user_id, team_id: command.team_id }),
      command.text ?? '',
    ).catch((error: unknown) => {
      deps.log.error({ err: error, text: command.text }, 'a command failed');
      return { visible: 'private' as const, message: TROUBLE };
    });
    const quick = await within(reply, QUICK_MS);
    // A picture that Slack refuses would make an acknowledgement vanish without a word; the response URL says so.
    if (quick && !hasPicture(quick)) return ack(replyBody(quick));
    await ack();
    await respondSafely(respond, replyBody(await reply));
  });
  app.event('app_home_opened', async ({ event, client }) => {
    if (event.tab === 'home')
      await client.views.publish({ user_id: event.user, view: await homeView(deps.people, deps.clock.now()) });
  });
  app.event(/.*/, async () => {});
  app.view(REASON_CALLBACK, async ({ ack, body, view }) => {
    const said = reasonGiven(view);
    if (!said) return ack();
    const giving = deps.people.giveReason(said.incidentId, whoIs(deps, body.user), said);
    const answer = await within(
      giving.catch(() => ({ ok: false, message: TROUBLE })),
      QUICK_MS,
    );
    // Whoever wrote something reads why it isn't kept; the step stays turned down.
    await (answer && !answer.ok ? ack({ response_action: 'update', view: tooLateModal(answer.message) }) : ack());
    await giving;
  });
  app.view(/.*/, async ({ ack }) => ack());
  app.view({ type: 'view_closed', callback_id: /.*/ }, async ({ ack }) => ack());
  app.shortcut(/.*/, async ({ ack }) => ack());
  app.options(/.*/, async ({ ack }) => ack({ options: [] }));
  app.error(async (error) => {
    deps.log.error({ err: error }, 'a request from Slack failed');
  });
}

async function onAction(deps: ListenerDeps, body: SlackAction, respond: RespondFn, client: WebClient): Promise<void> {
  const action = body.type === 'block_actions' ? body.actions[0] : undefined;
  if (body.type !== 'block_actions' || !action) return;
  const value =
    action.type === 'button'
      ? action.value
      : 'selected_option' in action
        ? (action.selected_option as { value?: string } | null)?.value
        : undefined;
  try {
    const at = pressedAt(body);
    const after = await pressed(deps.people, { actionId: action.action_id, value, user: whoIs(deps, body.user), at });
    if (after.kind === 'private') await tell(deps, body, respond, client, after.message);
    if (after.kind === 'ask_why') await openReason(deps, body, client, after.incident);
    if (after.kind === 'explain') await explainTo(deps, body, respond, client, after.incident);
  } catch (error) {
    deps.log.error({ err: error, action: action.action_id }, 'a press failed');
    await tell(deps, body, respond, client, TROUBLE);
  }
}

/** Home tabs and modals have no message; what is private is seen by nobody else. */
function pressedAt({ container, channel, message }: BlockAction): PressedAt {
  const metadata = message?.metadata as { event_payload?: { id?: unknown } } | undefined;
  const about = metadata?.event_payload?.id;
  const ts: unknown = container?.message_ts ?? message?.ts;
  return {
    channel: channel?.id ?? null,
    ts: typeof ts === 'string' ? ts : null,
    privately: typeof ts !== 'string' || container?.is_ephemeral === true,
    about: typeof about === 'string' ? about : null,
  };
}

/** Why it was turned down may stay unsaid: that it is, holds already. */
async function openReason(deps: ListenerDeps, body: BlockAction, client: WebClient, incident: Incident) {
  try {
    await client.views.open({ trigger_id: body.trigger_id, view: reasonModal(incident) });
  } catch (error) {
    deps.log.debug({ why: slackFailure(error).message }, 'nobody could be asked why');
  }
}

async function explainTo(
  deps: ListenerDeps,
  body: BlockAction,
  respond: RespondFn,
  client: WebClient,
  incident: Incident,
): Promise<void> {
  const { modal, message, blocks } = explain(incident, await deps.people.timeline(incident.id));
  const bare = withoutPictures(modal.blocks);
  const views = bare ? [modal, { ...modal, blocks: bare }] : [modal];
  for (const view of views) {
    try {
      await client.views.open({ trigger_id: body.trigger_id, view });
      return;
    } catch (error) {
      deps.log.debug({ why: slackFailure(error).message }, 'the explanation could not be opened');
    }
  }
  // A trigger lasts three seconds. The same as a private message is as good.
  await respondSafely(respond, { response_type: 'ephemeral', replace_original: false, text: message, blocks });
}

type Body = ReturnType<typeof replyBody> & { replace_original?: boolean };

const hasPicture = (reply: Reply) => withoutPictures((reply.blocks ?? []) as { type: string }[]) !== null;

/** Answers, without its pictures if Slack refuses them. */
async function respondSafely(respond: RespondFn, body: Body): Promise<void> {
  const bare = withoutPictures(body.blocks);
  try {
    await respond(body);
  } catch (error) {
    if (!bare) throw error;
    await respond({ ...body, blocks: bare });
  }
}

/** A private word, through the click's own URL or, when that is used up, as a private message. */
async function tell(
  deps: ListenerDeps,
  body: BlockAction,
  respond: RespondFn,
  client: WebClient,
  message: string,
): Promise<void> {
  const { text, blocks } = replyBody({ visible: 'private', message });
  try {
    await respond({ response_type: 'ephemeral', replace_original: false, text, blocks });
  } catch (error) {
    deps.log.debug({ err: error }, 'the response URL failed; sending a private message');
    const channel = body.channel?.id;
    if (!channel) return;
    await client.chat.postEphemeral({ channel, user: body.user.id, text, blocks }).catch((failure: unknown) => {
      deps.log.warn({ why: slackFailure(failure).message }, 'a person could not be told');
    });
  }
}
