import { describe, expect, it } from 'vitest';
import increaseMemoryLimit from '../../src/actions/increase-memory-limit.ts';
import notifyOncall from '../../src/actions/notify-oncall.ts';
import restartPod from '../../src/actions/restart-pod.ts';
import restoreConfig from '../../src/actions/restore-config.ts';
import rollbackDeployment from '../../src/actions/rollback-deployment.ts';
import scaleHorizontal from '../../src/actions/scale-horizontal.ts';
import { loadPlaybooks } from '../../src/adapters/playbooks/load-playbooks.ts';
import { type DecideInput, decide } from '../../src/domain/decide.ts';
import { playbookFor, playbookKey } from '../../src/domain/playbook.ts';
import { confidenceIn, qualify } from '../../src/domain/recommend.ts';
import type { Diagnosis } from '../../src/domain/types/diagnosis.ts';
import type { Finding } from '../../src/domain/types/finding.ts';
import { diagnosisOf, planOf, recommendationOf, T0 } from './examples.ts';

const actions = [increaseMemoryLimit, notifyOncall, restartPod, restoreConfig, rollbackDeployment, scaleHorizontal];
const folder = new URL('../../playbooks', import.meta.url).pathname;
const playbooks = new Map((await loadPlaybooks([folder])).map((one) => [playbookKey(one), one]));
const about = { kind: 'Deployment' as const, namespace: 'shop', name: 'payment-api' };
const killed: Finding = { kind: 'state', about, at: T0, what: 'oom_killed', message: 'killed', strength: 0.99 };

const looping = (what: string, probability: number, findings: Finding[] = [killed]): Diagnosis =>
  diagnosisOf({
    issue: { kind: 'high_memory_usage', severity: 1, unit: 'of limit', message: '' },
    causes: [{ entity: about, what, probability, reasons: [] }],
    findings,
  });

/** The steps of the playbook that is for it, as the diagnosis plans them, and what follows from that. */
function decided(diagnosis: Diagnosis, over: Partial<DecideInput> = {}, refused: string[] = []) {
  const { candidates, unsure } = qualify(
    playbookFor(playbooks, diagnosis, 0)!,
    diagnosis,
    (name) => actions.find((one) => one.name === name) ?? null,
    (_step, knowledge) => confidenceIn(knowledge, diagnosis.causes[0] ?? null, { worked: 0, tried: 0 }),
  );
  const planned = (all: typeof candidates) =>
    all
      .filter(({ step }) => !refused.includes(step.action))
      .map(({ step, stepIndex, confidence }) => {
        const changes = step.action === 'notify_oncall' ? [] : planOf().changes;
        const plan = planOf({ action: step.action, digest: step.action, changes });
        return recommendationOf({ step, stepIndex, confidence, plan });
      });
  return decide({
    now: T0 + 600_000,
    mode: 'act',
    policy: { listed: true, critical: true, autonomy: 'auto', timeoutMs: 300_000, atTimeout: null, approvers: ['U1'] },
    diagnosis,
    qualified: planned(candidates),
    unsure: planned(unsure),
    refusals: [],
    paused: false,
    storm: false,
    sameCauseAs: null,
    attempts: 0,
    maxAttempts: 6,
    unmeasured: 0,
    measuredAt: T0,
    isProposal: false,
    observeUntil: null,
    hasPlaybook: true,
    belowThreshold: false,
    patientUntil: T0,
    lowConfidence: true,
    settlingUntil: T0,
    ...over,
  });
}

describe('a loop of kills for memory', () => {
  it('never ends with every step just under its confidence, whatever is named and however sure that is', () => {
    for (const what of ['oom_killed', 'memory', 'leak', 'memory_limit', 'rollout', 'overload', 'config_change'])
      for (const probability of [0.99, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5])
        expect(['ask', 'auto'], `${what} at ${probability}`).toContain(decided(looping(what, probability)).kind);
  });
  it('is asked about with the figure that falls short, and nothing is done without an answer', () => {
    expect(decided(looping('memory', 0.85))).toMatchObject({
      kind: 'ask',
      atTimeout: 'escalate',
      recommendation: { step: { action: 'restart_pod' } },
      reason: expect.stringMatching(/the surest is at 76 %, and its playbook wants 80 %/),
    });
  });
  it('that a kill itself is the cause of gets more memory, not one more restart', () => {
    expect(decided(looping('oom_killed', 0.95))).toMatchObject({
      kind: 'ask',
      recommendation: { step: { action: 'increase_memory_limit' } },
    });
  });
  it('since a ConfigMap was changed is asked about with more memory where no copy of what it held is left', () => {
    const since = looping('config_change', 0.95);
    expect(decided(since)).toMatchObject({ recommendation: { step: { action: 'restore_config' } } });
    expect(decided(since, {}, ['restore_config'])).toMatchObject({
      kind: 'ask',
      atTimeout: 'escalate',
      recommendation: { step: { action: 'increase_memory_limit' } },
    });
  });
  it('in observe mode leads to no question', () => {
    expect(decided(looping('memory', 0.7), { mode: 'observe' }).kind).toBe('escalate');
  });
});

it('memory that nobody was killed for is a person’s, with the steps that fell short to choose from', () => {
  expect(decided(looping('memory', 0.7, []))).toMatchObject({
    kind: 'escalate',
    options: [{ step: { action: 'restart_pod' } }, {}, {}],
  });
});
