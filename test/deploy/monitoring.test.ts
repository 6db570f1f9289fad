import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { findProgram } from '../../src/adapters/redis/find-program.ts';
import { createMeters, measureClock, measureMemory } from '../../src/app/meters.ts';
import { countedPorts, countOutcomes, measureModels, measureWaiting } from '../../src/app/outcome-meters.ts';
import type { IncidentStore } from '../../src/ports/store.ts';
import { incidentOf } from '../domain/examples.ts';
import { outcomeOf, stepOf } from '../domain/proof/outcomes.ts';

const FOLDER = join(import.meta.dirname, '../../deploy/monitoring');
const RULES = readFileSync(join(FOLDER, 'nightshift-rules.yaml'), 'utf8');
const DASHBOARD = readFileSync(join(FOLDER, 'nightshift-dashboard.json'), 'utf8');
const promtool = findProgram('promtool', process.env.PATH ?? '');

const clock = { now: () => 100_000 };
/** All that the app measures of itself. */
function measured() {
  const meters = createMeters({ counts: async () => ({ waiting: 0 }) } as never);
  const { registry } = meters;
  const saved: IncidentStore = {
    save: async () => ({ kind: 'saved', due: [] }),
    listOpen: async () => [incidentOf()],
  } as unknown as IncidentStore;
  measureClock(registry, { aheadMs: () => 0 });
  measureMemory(registry, async () => 0.5);
  measureWaiting(registry, saved, clock);
  measureModels(registry, clock, () => [40_000, 90_000]);
  const away = async () => ({ ok: false, failure: { kind: 'unreachable', message: 'away' } });
  const ports = { cluster: { pods: away }, metrics: {}, chat: {}, pager: { configured: false } };
  return { registry, store: countOutcomes(registry, saved), ports: countedPorts(registry, ports as never) };
}
const metricsIn = (text: string): string[] => [...new Set(text.match(/nightshift_[a-z_]+/g) ?? [])];
const shown = async (registry: Registry, line: string) =>
  (await registry.metrics())
    .split('\n')
    .find((one) => one.startsWith(line))
    ?.split(' ')
    .at(-1);

describe('what Nightshift measures of itself', () => {
  it('counts each incident once, with its phases and steps', async () => {
    const { registry, store } = measured();
    const outcome = outcomeOf({ steps: [stepOf(), stepOf({ action: 'restart_pod', verdict: null })] });
    const before = incidentOf();
    const closed = { ...before, state: { name: 'closed' as const, outcome: 'healed' as const, why: '' } };
    const change = { after: closed, timeline: [], effects: [], finished: null, outcome };
    await store.save({ ...change, before });
    await store.save({ ...change, before: closed });
    await store.save({ ...change, before, outcome: null });
    expect(await shown(registry, 'nightshift_incidents_total{outcome="healed"}')).toBe('1');
    expect(await shown(registry, 'nightshift_incident_phase_seconds_sum{phase="total"}')).toBe('80');
    expect(await shown(registry, 'nightshift_incident_phase_seconds_sum{phase="change"}')).toBe('30');
    expect(await shown(registry, 'nightshift_executions_total{action="restart_pod",verdict="none"}')).toBe('1');
  });

  it('tells what waits, how old the models are, and which calls failed', async () => {
    const { registry, ports } = measured();
    await (ports.cluster as unknown as { pods(): Promise<unknown> }).pods();
    expect(await shown(registry, 'nightshift_api_errors_total{api="kubernetes"}')).toBe('1');
    expect(await shown(registry, 'nightshift_oldest_model_age_seconds')).toBe('60');
    expect(await shown(registry, 'nightshift_messages_undelivered')).toBe('1');
    expect(await shown(registry, 'nightshift_oldest_question_age_seconds')).toBe('0');
  });

  it('makes no labels without end', async () => {
    const { registry, store } = measured();
    const steps = Array.from({ length: 300 }, (_, n) => stepOf({ action: `own_${n}` }));
    const change = { before: incidentOf(), after: incidentOf(), timeline: [], effects: [], finished: null };
    await store.save({ ...change, outcome: outcomeOf({ steps }) });
    const lines = (await registry.metrics())
      .split('\n')
      .filter((line) => line.startsWith('nightshift_executions_total'));
    expect(lines.length).toBeLessThanOrEqual(61);
  });
});

describe('dashboard and alert rules', () => {
  it('ask for nothing that is not measured', async () => {
    const known = (await measured().registry.getMetricsAsJSON()).map(({ name }) => name);
    const asked = [...metricsIn(RULES), ...metricsIn(DASHBOARD)].map((name) => name.replace(/_bucket$/, ''));
    expect(asked.filter((name) => !known.includes(name))).toEqual([]);
    expect(asked.length).toBeGreaterThan(10);
    expect(JSON.parse(DASHBOARD)).toMatchObject({ title: 'Nightshift', panels: expect.any(Array) });
  });

  it.runIf(promtool)(
    'pass promtool, whose own tests see each alert fire, and the dead man’s switch fall silent',
    () => {
      const run = (...args: string[]) => execFileSync(promtool ?? '', args, { cwd: FOLDER, encoding: 'utf8' });
      expect(run('check', 'rules', 'nightshift-rules.yaml')).toContain('SUCCESS');
      expect(run('test', 'rules', 'nightshift-rules.test.yaml')).toContain('SUCCESS');
    },
  );

  it.runIf(promtool)('/metrics keeps to Prometheus’ naming rules', async () => {
    const text = (await measured().registry.metrics())
      .split('\n')
      .filter((line) => line.includes('nightshift_'))
      .join('\n');
    expect(() =>
      execFileSync(promtool ?? '', ['check', 'metrics'], { input: `${text}\n`, encoding: 'utf8' }),
    ).not.toThrow();
  });
});
