import { setTimeout as sleep } from 'node:timers/promises';
import { send, until } from '../../e2e/nightshift-process.ts';

/** Alerts of our own, each with a name of its own, sent once: whoever took one with 2xx has to have it. */
export type Probes = {
  /** By name. */
  taken: ReadonlyMap<string, Taken>;
  sent(): number;
  send(service: string): Promise<void>;
  /** An alert that is over after so many ms: an incident of its own. */
  passBy(service: string, forMs: number): Promise<void>;
  /** Ends them all, so that incidents can close: tried until it is taken. */
  resolveAll(): Promise<void>;
};

/** The service that it is about, and since when it fires (epoch ms). */
type Taken = { service: string; startsAt: number; isOver: boolean };

/** `now`: epoch ms by the sandbox's clock, which runs faster: an alert in real time would be older than the rollout that it is about, and rightly not blamed on it. */
export function createProbes(url: string, now: () => Promise<number>): Probes {
  const taken = new Map<string, Taken>();
  let sent = 0;
  const fire = async (service: string): Promise<string> => {
    sent += 1;
    const name = `Probe${sent}`;
    const startsAt = await now();
    if (await post(url, name, service, startsAt, null)) taken.set(name, { service, startsAt, isOver: false });
    return name;
  };
  const resolve = async (name: string): Promise<void> => {
    const one = taken.get(name);
    if (!one || one.isOver) return;
    one.isOver = true;
    await until(`${name} is resolved`, async () =>
      post(url, name, one.service, one.startsAt, await now()).catch(() => false),
    );
  };
  return {
    taken,
    sent: () => sent,
    send: async (service) => void (await fire(service)),
    async passBy(service, forMs) {
      const name = await fire(service);
      await sleep(forMs);
      await resolve(name);
    },
    async resolveAll() {
      for (const name of taken.keys()) await resolve(name);
    },
  };
}

/** True when it was answered with 2xx. Its beginning stays, as Alertmanager has it. */
async function post(
  url: string,
  name: string,
  service: string,
  startsAt: number,
  endsAt: number | null,
): Promise<boolean> {
  const status = endsAt === null ? 'firing' : 'resolved';
  const labels = { alertname: name, namespace: 'shop', service, severity: 'warning' };
  const one = {
    status,
    labels,
    annotations: {},
    startsAt: new Date(startsAt).toISOString(),
    endsAt: endsAt === null ? '0001-01-01T00:00:00Z' : new Date(endsAt).toISOString(),
    generatorURL: '',
    fingerprint: name,
  };
  const answer = await send(`${url}/webhooks/alertmanager`, 'POST', {
    version: '4',
    groupKey: name,
    truncatedAlerts: 0,
    status,
    receiver: 'nightshift',
    groupLabels: {},
    commonLabels: labels,
    commonAnnotations: {},
    externalURL: '',
    alerts: [one],
  });
  return answer.status >= 200 && answer.status < 300;
}
