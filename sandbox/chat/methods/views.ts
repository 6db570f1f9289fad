import { checkView } from '../block-kit/check.ts';
import { slackFileFaults } from '../block-kit/slack-files.ts';
import { fail, isImage, withIds } from '../compose.ts';
import { type Block, type Json, type OpenView, personOf } from '../model.ts';
import { structure } from '../request-body.ts';
import { viewForSlack } from '../view-store.ts';
import type { World } from '../world.ts';
import type { Method } from './method.ts';

/** A view from an argument, checked; its blocks named. */
export function readView(world: World, value: unknown, surface: 'modal' | 'home'): { view: Json } | { failure: Json } {
  const view = structure(value);
  const lines = checkView(view, surface);
  lines.push(...slackFileFaults(view, (id) => isImage(world, id), '/view'));
  if (lines.length > 0) return { failure: fail('invalid_arguments', lines) };
  return { view: { ...(view as Json), blocks: withIds((view as { blocks: Block[] }).blocks) } };
}

const shown = (open: OpenView): Json => ({ ok: true, view: viewForSlack(open) });

const opening =
  (how: 'open' | 'push'): Method =>
  (world, args) => {
    const read = readView(world, args.view, 'modal');
    if ('failure' in read) return read.failure;
    if (isTaken(world, read.view, undefined)) return fail('duplicate_external_id');
    const exchanged = world.triggers.exchange(args.trigger_id);
    if ('error' in exchanged) return fail(exchanged.error);
    const open = world.views[how](exchanged.user, read.view);
    return open === null ? fail('push_limit_reached') : shown(open);
  };

const update: Method = (world, args) => {
  const found =
    typeof args.view_id === 'string'
      ? world.views.get(args.view_id)
      : world.views.byExternalId(String(args.external_id ?? ''));
  if (found === undefined) return fail('not_found');
  if (typeof args.hash === 'string' && args.hash !== found.hash) return fail('hash_conflict');
  const read = readView(world, args.view, found.view.type === 'home' ? 'home' : 'modal');
  if ('failure' in read) return read.failure;
  if (isTaken(world, read.view, found.id)) return fail('duplicate_external_id');
  const open = world.views.update(found.id, read.view);
  return open === null ? fail('not_found') : shown(open);
};

const publish: Method = (world, args) => {
  const person = personOf(args.user_id);
  if (person === undefined || person.isBot) return fail('invalid_arguments', ['unknown user [json-pointer:/user_id]']);
  const read = readView(world, args.view, 'home');
  if ('failure' in read) return read.failure;
  return shown(world.views.publish(person.id, read.view));
};

function isTaken(world: World, view: Json, ownId: string | undefined): boolean {
  if (typeof view.external_id !== 'string' || view.external_id === '') return false;
  const other = world.views.byExternalId(view.external_id);
  return other !== undefined && other.id !== ownId;
}

export const VIEW_METHODS: Readonly<Record<string, Method>> = {
  'views.open': opening('open'),
  'views.push': opening('push'),
  'views.update': update,
  'views.publish': publish,
};
