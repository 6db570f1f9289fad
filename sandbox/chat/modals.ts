import { elementsOf, stateValues } from './element-values.ts';
import { appReply, humanOf, payloadHead, type Reply, refuse } from './interactions.ts';
import { readView } from './methods/views.ts';
import type { Block, Json, OpenView, Person } from './model.ts';
import { isRecord } from './request-body.ts';
import { sendInteraction } from './signed-request.ts';
import { viewForSlack } from './view-store.ts';
import type { World } from './world.ts';

/** `POST /sandbox/submit {view_id, user, values}`: sends `view_submission` and does what the app answers (clear, update, push, errors). */
export async function submitView(world: World, body: Json): Promise<Reply> {
  const open = openFor(world, body);
  if ('status' in open) return open;
  const blocks = open.view.view.blocks as Block[];
  const values = stateValues(blocks, isRecord(body.values) ? body.values : {});
  const missing = missingInputs(blocks, values);
  if (Object.keys(missing).length > 0) return { status: 200, body: { ok: false, errors: missing } };
  const payload = {
    ...payloadHead('view_submission', open.person),
    trigger_id: world.triggers.issue(open.person.id),
    view: viewForSlack(open.view, values),
    response_urls: [],
  };
  const answer = await sendInteraction(world, payload);
  const reply = appReply(answer);
  if (reply.body.ok !== true) return reply;
  return follow(world, open, isRecord(answer.body) ? answer.body : {}, reply);
}

/** The app's `response_action`. */
function follow(world: World, { view, person }: { view: OpenView; person: Person }, said: Json, reply: Reply): Reply {
  if (said.response_action === 'errors') return { status: 200, body: { ok: false, errors: said.errors ?? {} } };
  if (said.response_action === 'update' || said.response_action === 'push') {
    const read = readView(world, said.view, 'modal');
    if ('failure' in read) return { status: 200, body: { ...read.failure, app_status: reply.body.app_status } };
    if (said.response_action === 'update') world.views.update(view.id, read.view);
    else if (world.views.push(person.id, read.view) === null)
      return { status: 200, body: { ok: false, error: 'push_limit_reached' } };
    return reply;
  }
  world.views.close(person.id, said.response_action === 'clear');
  return reply;
}

/** `POST /sandbox/close {view_id, user}`: takes the modal away; the app is told when the view asked for it. */
export async function closeView(world: World, body: Json): Promise<Reply> {
  const open = openFor(world, body);
  if ('status' in open) return open;
  const clears = open.view.view.clear_on_close === true;
  world.views.close(open.person.id, clears);
  if (open.view.view.notify_on_close !== true) return { status: 200, body: { ok: true } };
  const values = stateValues(open.view.view.blocks as Block[], {});
  return appReply(
    await sendInteraction(world, {
      ...payloadHead('view_closed', open.person),
      view: viewForSlack(open.view, values),
      is_cleared: clears,
    }),
  );
}

function openFor(world: World, body: Json): { person: Person; view: OpenView } | Reply {
  const person = humanOf(body.user);
  if (person === undefined) return refuse('user', `unknown user: ${String(body.user)}`);
  const view = world.views.stack(person.id).at(-1);
  if (view === undefined || view.id !== body.view_id) return refuse('view_id', 'that view is not on top');
  return { person, view };
}

/** Input blocks that aren't optional and hold nothing, as Slack's clients check before they send. */
function missingInputs(blocks: readonly Block[], values: Json): Record<string, string> {
  const missing: Record<string, string> = {};
  for (const block of blocks) {
    if (block.type !== 'input' || block.optional === true) continue;
    const [placed] = elementsOf([block]);
    const held = placed && ((values[placed.blockId] as Json)[placed.element.action_id] as Json);
    const given = Object.entries(held ?? {}).some(
      ([key, value]) => key !== 'type' && value !== null && !(Array.isArray(value) && value.length === 0),
    );
    if (!given) missing[block.block_id ?? ''] = 'Please complete this required field.';
  }
  return missing;
}
