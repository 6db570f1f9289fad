import { alertSamples } from '../../sandbox/alerting/alerting.ts';
import { type ActiveAlert, createAlertStates } from '../../sandbox/alerting/evaluate.ts';
import { SANDBOX_RULES } from '../../sandbox/alerting/rules.ts';
import { createClock, type SandboxClock } from '../../sandbox/clock.ts';
import { type Core, createCore, startTicking } from '../../sandbox/core.ts';
import { queryInstant } from '../../sandbox/prometheus/query.ts';

/** The sandbox's world without its servers, on a clock that only steps. */
export type VirtualSandbox = Core & {
  clock: SandboxClock;
  now(): number;
  advance(ms: number): void;
  /** Alerts that fire now, as `name subject`. */
  firing(): string[];
  alerts(): ActiveAlert[];
  /** All that fired since the start. */
  fired(): string[];
  /** The single value of a query now; NaN without one. */
  value(query: string): number;
  fault(kind: string, service: string, severity?: number, more?: { build_up_ms: number }): string;
};

export const MINUTE = 60_000;

/** A Thursday evening, with much traffic. */
export const EVENING = Date.UTC(2026, 5, 4, 18, 0, 7);

export function virtualSandbox(startAt = EVENING, seed = 42): VirtualSandbox {
  const clock = createClock({ startAt, speed: 0 });
  const core = createCore({ now: clock.now, seed, startAt, remains: undefined });
  const states = createAlertStates(SANDBOX_RULES, core.store);
  const fired: string[] = [];
  startTicking(clock, core, (now) => {
    for (const alert of states.evaluate(now, core.shop.faults.alerts()).fired) fired.push(named(alert));
    core.store.recordRules(now, alertSamples(states.active()));
  });
  return {
    ...core,
    clock,
    now: clock.now,
    advance: (ms) => clock.step(ms),
    firing: () => states.firing().map(named),
    alerts: () => states.firing(),
    fired: () => [...fired],
    value(query) {
      const answer = queryInstant(core.store, query, clock.now());
      if (!answer.ok) throw new Error(answer.error);
      const { result } = answer;
      if (result.resultType === 'scalar') return result.value;
      return result.resultType === 'vector' && result.samples.length === 1 ? result.samples[0]!.value : Number.NaN;
    },
    fault(kind, service, severity = 1, more = undefined) {
      const result = core.shop.faults.add({ kind, service, severity, ...more });
      if (!result.ok) throw new Error(result.message);
      return result.fault.id;
    },
  };
}

function named(alert: ActiveAlert): string {
  return `${alert.rule.alert} ${alert.labels.service ?? alert.labels.node}`;
}
