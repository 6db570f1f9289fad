import type { ShownMessage } from '../../e2e/nightshift-process.ts';

/** What is judged when all is quiet: the app's own record against what its surroundings saw. */
export type Seen = {
  incidents: Kept[];
  /** Names of the alerts that were answered with 2xx, each sent once. */
  taken: string[];
  /** What the API server changed for Nightshift. */
  changes: Change[];
  messages: ShownMessage[];
};
export type Change = { method: string; path: string; query: string };
export type Kept = {
  id: string;
  state: string;
  outcome: string | null;
  stateDetail: { why?: string };
  service: string;
  executions: { recommendation: { plan: Plan }; undone: unknown }[];
  timeline: { type: string; message: string }[];
};
type Plan = { action: string; target: { kind: string; namespace: string; name: string } };

/** Ended, or with a person who was told why. Anything else is still to come, and after the quiet it never will. */
export const isSettled = ({ state, stateDetail }: Kept): boolean =>
  state === 'closed' || (state === 'escalated' && Boolean(stateDetail.why));

/** `lost`: alerts that were taken and are in no timeline. `doubled`: changes and messages beyond one each, alerts in two incidents. `stuck`: neither closed nor with a person. `untrue`: called healed, and the API server saw no change. */
export function judge(seen: Seen): { lost: string[]; doubled: string[]; stuck: string[]; untrue: string[] } {
  const { incidents, taken } = seen;
  const keepers = (name: string) =>
    incidents.filter(({ timeline }) =>
      timeline.some(({ type, message }) => type === 'alerts' && namesIn(message).includes(name)),
    );
  return {
    lost: taken.filter((name) => keepers(name).length === 0),
    doubled: [...taken.filter((name) => keepers(name).length > 1), ...changesTwice(seen), ...messagesTwice(seen)],
    stuck: incidents.filter((one) => !isSettled(one)).map(({ id, state }) => `${id} ${state}`),
    untrue: incidents.filter((one) => one.outcome === 'healed' && !wasChanged(one, seen)).map(({ id }) => id),
  };
}

const namesIn = (message: string): string[] => message.slice(message.indexOf(': ') + 2).split(', ');

/** An execution writes its object once, and its undo once more. */
function changesTwice({ incidents, changes }: Seen): string[] {
  const executions = incidents.flatMap((one) => one.executions);
  const paths = [...new Set(changes.map(({ path }) => path))];
  return paths.flatMap((path) => {
    const made = changes.filter((change) => change.path === path).length;
    const own = executions.filter(({ recommendation }) => pathOf(recommendation.plan) === path);
    const wanted = own.length + own.filter(({ undone }) => undone !== null).length;
    return made > wanted ? [`${path}: ${made} changes, ${wanted} wanted`] : [];
  });
}

const wasChanged = ({ executions }: Kept, { changes }: Seen): boolean =>
  executions.some(({ recommendation }) => changes.some(({ path }) => path === pathOf(recommendation.plan)));

/** What a plan writes: its target, except a breaker, which is an object of its own beside it. */
function pathOf({ action, target: { kind, namespace, name } }: Plan): string {
  if (action === 'enable_circuit_breaker')
    return `/apis/networking.istio.io/v1/namespaces/${namespace}/destinationrules/nightshift-${name}`;
  return kind === 'Pod'
    ? `/api/v1/namespaces/${namespace}/pods/${name}/eviction`
    : `/apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s/${name}`;
}

/** Each incident has one message of its own in the channel: the first that a message names is its own, others are earlier ones that it reminds of. */
function messagesTwice({ incidents, messages }: Seen): string[] {
  const owners = messages
    .filter((one) => (!one.thread_ts || one.thread_ts === one.ts) && one.metadata?.event_type !== 'nightshift_call')
    .map((one) => /\bINC-\d+(-[a-z0-9]{5})?\b/.exec(JSON.stringify(one))?.[0]);
  return incidents.flatMap(({ id }) => {
    const own = owners.filter((owner) => owner === id).length;
    return own > 1 ? [`${id}: ${own} messages`] : [];
  });
}
