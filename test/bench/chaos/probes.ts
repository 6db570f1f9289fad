import { send, until } from '../../e2e/nightshift-process.ts';

/** Alerts of our own, each with a name of its own, sent once: whoever took one with 2xx has to have it. */
export type Probes = {
  /** By what the sender knows: name → the service that it is about. */
  taken: ReadonlyMap<string, string>;
  sent(): number;
  send(service: string): Promise<void>;
  /** Ends them all, so that incidents can close: tried until it is taken. */
  resolveAll(): Promise<void>;
};

/** `now`: epoch ms by the sandbox's clock, which runs faster: an alert in real time would be older than the rollout that it is about, and rightly not blamed on it. */
export function createProbes(url: string, now: () => Promise<number>): Probes {
  const taken = new Map<string, string>();
  let sent = 0;
  return {
    taken,
    sent: () => sent,
    async send(service) {
      sent += 1;
      const name = `Probe${sent}`;
      if (await post(url, name, service, 'firing', await now())) taken.set(name, service);
    },
    async resolveAll() {
      for (const [name, service] of taken)
        await until(`${name} is resolved`, async () =>
          post(url, name, service, 'resolved', await now()).catch(() => false),
        );
    },
  };
}

/** True when it was answered with 2xx. */
async function post(
  url: string,
  name: string,
  service: string,
  status: 'firing' | 'resolved',
  now: number,
): Promise<boolean> {
  const at = new Date(now).toISOString();
  const labels = { alertname: name, namespace: 'shop', service, severity: 'warning' };
  const one = {
    status,
    labels,
    annotations: {},
    startsAt: at,
    endsAt: status === 'resolved' ? at : '0001-01-01T00:00:00Z',
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
