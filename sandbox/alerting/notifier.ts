import type { ActiveAlert } from './evaluate.ts';
import { groupOf, webhookPayload } from './webhook.ts';

export type Receiver = { url: string; token: string | undefined };

/** Sends groups of alerts to the app, each until it is taken. */
export type Notifier = {
  /** Where to; undefined until the app has said where it listens. What waits is then sent. */
  setReceiver(receiver: Receiver | undefined): void;
  /** The group of each alert has changed. */
  changed(alerts: readonly ActiveAlert[], now: number): void;
  /** Reminds of what has fired for long without a change. */
  remind(firing: readonly ActiveAlert[], now: number): void;
  stop(): void;
};

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const TIMEOUT_MS = 10_000;
/** Alertmanager's default repeat_interval, in sandbox time. */
const REPEAT_MS = 4 * 3_600_000;

type Group = {
  alerts: Map<string, ActiveAlert>;
  sentAt: number;
  dirty: boolean;
  failures: number;
  sending: boolean;
  timer?: NodeJS.Timeout;
};

/** `externalUrl`: what links in the payloads point to. Waits between tries are real time. */
export function createNotifier(options: { externalUrl: () => string; fetch?: typeof fetch }): Notifier {
  const post = options.fetch ?? fetch;
  const groups = new Map<string, Group>();
  let receiver: Receiver | undefined;
  let stopped = false;

  const retryLater = (key: string, group: Group): void => {
    if (stopped) return;
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** group.failures);
    group.failures++;
    group.timer = setTimeout(() => void send(key, group), wait);
    group.timer.unref();
  };

  const send = async (key: string, group: Group): Promise<void> => {
    if (!receiver || stopped || group.sending || group.alerts.size === 0) return;
    clearTimeout(group.timer);
    group.sending = true;
    group.dirty = false;
    const alerts = [...group.alerts.values()];
    const body = JSON.stringify(webhookPayload(alerts, options.externalUrl()));
    const told = alerts.filter((a) => a.endedAt !== undefined);
    const taken = await deliver(post, receiver, body);
    group.sending = false;
    if (!taken) {
      group.dirty = true;
      return retryLater(key, group);
    }
    group.failures = 0;
    for (const alert of told) if (group.alerts.get(alert.fingerprint) === alert) group.alerts.delete(alert.fingerprint);
    if (group.alerts.size === 0) groups.delete(key);
    else if (group.dirty) await send(key, group);
  };

  const touch = (alert: ActiveAlert, now: number): void => {
    const { key } = groupOf(alert);
    const group: Group = groups.get(key) ?? {
      alerts: new Map(),
      sentAt: now,
      dirty: false,
      failures: 0,
      sending: false,
    };
    groups.set(key, group);
    group.alerts.set(alert.fingerprint, alert);
    group.dirty = true;
    group.sentAt = now;
  };

  const flush = (): void => {
    for (const [key, group] of groups) if (group.dirty && group.failures === 0) void send(key, group);
  };

  return {
    setReceiver(next) {
      receiver = next;
      for (const group of groups.values()) group.failures = 0;
      flush();
    },
    changed(alerts, now) {
      for (const alert of alerts) touch(alert, now);
      flush();
    },
    remind(firing, now) {
      for (const alert of firing) {
        const group = groups.get(groupOf(alert).key);
        if (group && now - group.sentAt >= REPEAT_MS) touch(alert, now);
      }
      flush();
    },
    stop() {
      stopped = true;
      for (const group of groups.values()) clearTimeout(group.timer);
    },
  };
}

/** True when the app answered 2xx. Any failure of the network counts as not taken. */
async function deliver(post: typeof fetch, receiver: Receiver, body: string): Promise<boolean> {
  const headers: Record<string, string> = { 'content-type': 'application/json', 'user-agent': 'Alertmanager/0.25.0' };
  if (receiver.token) headers.authorization = `Bearer ${receiver.token}`;
  try {
    const answer = await post(`${receiver.url}/webhooks/alertmanager`, {
      method: 'POST',
      headers,
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
