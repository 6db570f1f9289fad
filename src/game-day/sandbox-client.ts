import { z } from 'zod';
import type { ChangeFact, FaultFact } from './facts.ts';
import type { Offer } from './read-scenarios.ts';

const Clock = z.object({ now: z.number(), speed: z.number() });
const State = z.object({
  services: z.array(z.object({ name: z.string() })),
  faultKinds: z.array(z.object({ kind: z.string(), services: z.array(z.string()) })),
});
const TruthShape = z.object({ cause: z.string(), remedies: z.array(z.string()), harmful: z.array(z.string()) });
const FaultShape = z.object({ id: z.string(), kind: z.string(), service: z.string(), since: z.number() });
const Active = FaultShape.extend({ truth: TruthShape });
const Faults = z.object({
  active: z.array(Active),
  planned: z.array(FaultShape),
  past: z.array(Active.extend({ endedAt: z.number(), ended: z.enum(['cured', 'removed']) })),
});
const Requests = z.array(
  z.object({
    method: z.string(),
    path: z.string(),
    query: z.string(),
    userAgent: z.string(),
    code: z.number(),
    at: z.number(),
    body: z.string().optional(),
  }),
);
const Answer = z.object({
  ok: z.boolean(),
  error: z.string().optional(),
  message: z.string().optional(),
  text: z.string().optional(),
});
const Messages = z.array(z.object({ ts: z.string(), thread_ts: z.string().nullish(), blocks: z.array(z.unknown()) }));

/** A message of the channel; `blocks` are Slack's. */
export type ChannelMessage = z.infer<typeof Messages>[number];
/** A press of a button (`value` tells several apart) or a choice from a menu. */
export type Click = { ts: string; action_id: string; user: string; value?: string; selected_option?: string };

const CALL_MS = 20_000;
/** The sandbox's people, as the interface names them. */
const PEOPLE = ['U_ONCALL', 'U_SECOND', 'U_GUEST'];
const APP = 'nightshift';

/** The sandbox as its page uses it: by its HTTP routes. Every call throws on an answer that isn't one. */
export type SandboxClient = ReturnType<typeof sandboxClient>;

export function sandboxClient({ url, kubeUrl, signal }: { url: string; kubeUrl: string; signal: AbortSignal }) {
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(url + path, {
      method,
      signal: AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)]),
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return text === '' ? null : JSON.parse(text);
  };
  const act = async (path: string, body: unknown): Promise<string> => {
    const { ok, error, message, text } = Answer.parse(await call('POST', path, body));
    return ok ? (text ?? '') : `refused: ${message ?? error ?? 'no reason given'}`;
  };
  return {
    now: async () => Clock.parse(await call('GET', '/sandbox/clock')).now,
    setSpeed: async (speed: number): Promise<void> => void (await call('POST', '/sandbox/clock', { speed })),
    async offer(): Promise<Offer> {
      const { services, faultKinds } = State.parse(await call('GET', '/sandbox/state'));
      return { services: services.map(({ name }) => name), faultKinds, people: PEOPLE };
    },
    /** Answers the fault's id. */
    async addFault(fault: { kind: string; service: string; severity: number; onset_ms: number }): Promise<string> {
      return z.object({ id: z.string() }).parse(await call('POST', '/sandbox/faults', fault)).id;
    },
    removeFault: async (id: string): Promise<void> => void (await call('DELETE', `/sandbox/faults/${id}`)),
    async faults(): Promise<FaultFact[]> {
      const { active, planned, past } = Faults.parse(await call('GET', '/sandbox/faults'));
      return [
        ...past.map(({ endedAt, ended, ...fault }) => ({ ...fault, ended: { at: endedAt, how: ended } })),
        ...active.map((fault) => ({ ...fault, ended: null })),
        ...planned.map((fault) => ({ ...fault, truth: null, ended: null })),
      ];
    },
    messages: async (): Promise<ChannelMessage[]> => Messages.parse(await call('GET', '/sandbox/messages')),
    click: (click: Click): Promise<string> => act('/sandbox/click', click),
    command: (text: string, user: string): Promise<string> => act('/sandbox/command', { text, user }),
    changes: async (since: number): Promise<ChangeFact[]> =>
      Requests.parse(await call('GET', '/sandbox/requests')).flatMap((request) => {
        const target = changedBy(request);
        return target && request.at >= since
          ? [{ at: request.at, method: request.method, target, code: request.code, body: request.body ?? '' }]
          : [];
      }),
    async scale(service: string, replicas: number): Promise<void> {
      const answer = await fetch(`${kubeUrl}/apis/apps/v1/namespaces/shop/deployments/${service}/scale`, {
        method: 'PATCH',
        signal,
        headers: { 'content-type': 'application/merge-patch+json', 'user-agent': 'game-day' },
        body: JSON.stringify({ spec: { replicas } }),
      });
      if (!answer.ok) throw new Error(`${service} can't be scaled to ${replicas}: ${await answer.text()}`);
    },
    call,
  };
}

/** What a request of the app's changed, as `resource/name`; null for reads, dry runs, refusals, questions, and what others did. */
export function changedBy({ method, path, query, userAgent, code }: z.infer<typeof Requests>[number]): string | null {
  if (method === 'GET' || method === 'HEAD' || code >= 300 || query.includes('dryRun=All')) return null;
  if (!userAgent.startsWith(APP) || path.includes('/selfsubjectaccessreviews')) return null;
  const parts = path.split('/').filter(Boolean);
  const rest = parts.slice(parts[0] === 'api' ? 2 : 3);
  return (rest[0] === 'namespaces' && rest.length > 2 ? rest.slice(2) : rest).join('/');
}
