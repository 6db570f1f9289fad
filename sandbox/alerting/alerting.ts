import type { ListedRule } from '../prometheus/rules.ts';
import type { SeriesSource } from '../prometheus/series.ts';
import type { Sample } from '../prometheus/store.ts';
import { type ActiveAlert, createAlertStates, type ForcedAlert } from './evaluate.ts';
import { createNotifier, type Receiver } from './notifier.ts';
import { SANDBOX_RULES } from './rules.ts';

/** What is pending or firing, as `GET /sandbox/alerts` shows it. */
export type ListedAlert = {
  state: 'pending' | 'firing';
  labels: Record<string, string>;
  annotations: Record<string, string>;
  value: number;
  activeAt: number;
  fingerprint: string;
};

/** The sandbox's Prometheus rules and Alertmanager in one. */
export type Alerting = {
  /** Answers the series that Prometheus records of it. */
  evaluate(now: number): Sample[];
  sendTo(receiver: Receiver): void;
  list(): ListedAlert[];
  /** Every rule, with what it has made. */
  rules(): ListedRule[];
  /** Another number whenever an alert began to fire or ended. */
  revision(): number;
  snapshot(): unknown;
  /** What fired when the process ended goes on firing, or is told to have ended. */
  restore(saved: unknown): void;
  stop(): void;
};

/** `enabled` false: nothing is evaluated or sent, somebody else does. */
export function startAlerting(options: {
  source: SeriesSource;
  /** Alerts that fire though no rule says so. */
  forced: () => ForcedAlert[];
  enabled: boolean;
  externalUrl: () => string;
}): Alerting {
  const states = createAlertStates(SANDBOX_RULES, options.source);
  let revision = 0;
  const notifier = createNotifier({ externalUrl: options.externalUrl });
  const listed = ({ labels, annotations, value, activeAt, firedAt, fingerprint }: ActiveAlert): ListedAlert => ({
    state: firedAt === undefined ? 'pending' : 'firing',
    labels,
    annotations,
    value,
    activeAt,
    fingerprint,
  });
  return {
    evaluate(now) {
      if (!options.enabled) return [];
      const { fired, ended } = states.evaluate(now, options.forced());
      revision += fired.length + ended.length;
      notifier.changed([...fired, ...ended], now);
      notifier.remind(states.firing(), now);
      return alertSamples(states.active());
    },
    sendTo: notifier.setReceiver,
    list: () => states.active().map(listed),
    rules: () =>
      SANDBOX_RULES.map(({ alert, expr, forMs, severity, summary, description }) => ({
        alert,
        expr,
        forMs,
        labels: { severity },
        annotations: { summary, description },
        active: states
          .active()
          .filter(({ rule }) => rule.alert === alert)
          .map(listed),
      })),
    revision: () => revision,
    snapshot: () => states.firing(),
    restore(saved) {
      const alerts = saved as ActiveAlert[];
      states.restore(alerts);
      notifier.changed(alerts, alerts[0]?.firedAt ?? 0);
    },
    stop: notifier.stop,
  };
}

/** `ALERTS` says that it is pending or fires, `ALERTS_FOR_STATE` since when (epoch seconds). */
export function alertSamples(active: readonly ActiveAlert[]): Sample[] {
  return active.flatMap(({ labels, activeAt, firedAt }) => [
    { name: 'ALERTS', labels: { ...labels, alertstate: firedAt === undefined ? 'pending' : 'firing' }, value: 1 },
    { name: 'ALERTS_FOR_STATE', labels: { ...labels }, value: activeAt / 1_000 },
  ]);
}

/** Of samples that were written down together, those that rules made. */
export const isRecorded = ({ name }: Sample): boolean => name === 'ALERTS' || name === 'ALERTS_FOR_STATE';
