import { describe, expect, it } from 'vitest';
import { explanationBlocks } from '../../../../src/adapters/slack/views/explanation.ts';
import { band } from '../../../../src/adapters/slack/views/format.ts';
import { incidentMessage } from '../../../../src/adapters/slack/views/incident-message.ts';
import { callMessage } from '../../../../src/adapters/slack/views/question.ts';
import { timingEvidence } from '../../../../src/analysis/rank-traces.ts';
import { decide } from '../../../../src/domain/decide.ts';
import type { Health, Vital } from '../../../../src/domain/health.ts';
import type { Incident } from '../../../../src/domain/incident.ts';
import { callsWanted } from '../../../../src/domain/person-calls.ts';
import { qualify } from '../../../../src/domain/recommend.ts';
import { transition } from '../../../../src/domain/transition.ts';
import {
  AWAITING,
  context,
  diagnosis,
  EVERY_STATE,
  entry,
  incident,
  MIN,
  plan,
  recommendation,
  T0,
} from '../incidents.ts';

/** What was shown once, and was untrue or said nothing: each as people read it now. */

const known = (value: number): Vital => ({ kind: 'known', value, band: null, at: T0 });
const healthOf = (service: string, vitals: Record<string, Vital>): Health => ({
  ...{ namespace: 'shop', service, at: T0, object: 'there' as const },
  vitals,
});
const read = (one: Incident, around: Parameters<typeof context>[0] = {}): string =>
  JSON.stringify(incidentMessage(one, context(around)));
const issueOf = (kind: string, severity = 0) => ({ kind, severity, unit: '', message: `${kind} of it` });
const titled = (over: Partial<Incident>) => incidentMessage(incident(over), context()).text;
const alert = incident().alerts[0]!;
const escalated = (over: Partial<Incident> = {}) =>
  incident({ state: { name: 'escalated', why: 'Nothing helps.', level: 1, acknowledgedBy: null, since: T0 }, ...over });

describe('a title', () => {
  it('says what a node has, not on what it runs', () => {
    const entity = { kind: 'Node', namespace: '', name: 'node-a' } as const;
    const node = { service: 'node-a', namespace: '', entity };
    const text = titled({ ...node, diagnosis: diagnosis({ issue: issueOf('node_pressure', 1) }) });
    expect(text).toContain('node node-a is not ready or under pressure');
    expect(text).not.toContain('runs on');
  });

  it('names the very object where the trouble is its own', () => {
    const claim = { kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data-ledger-db' } as const;
    const filling = {
      service: 'ledger-db',
      entity: claim,
      diagnosis: diagnosis({ issue: issueOf('volume_filling', 2) }),
    };
    expect(titled(filling)).toContain('volume data-ledger-db of ledger-db is filling up');
    const job = { kind: 'Job', namespace: 'shop', name: 'migrate' } as const;
    const failed = { service: 'job/migrate', entity: job, diagnosis: diagnosis({ issue: issueOf('job_failed', 1) }) };
    expect(titled(failed)).toContain('Job migrate fails');
  });

  it('isn’t “slow” where most of it is errors', () => {
    const health = [healthOf('payment-api', { latency: known(3), errors: known(0.62) })];
    expect(titled({ diagnosis: diagnosis({ health, measuredOn: 'payment-api' }) })).toContain(
      'fails 62 % of its requests',
    );
    const slow = [healthOf('payment-api', { latency: known(3), errors: known(0.001) })];
    expect(titled({ diagnosis: diagnosis({ health: slow, measuredOn: 'payment-api' }) })).toContain('is slow');
  });

  it('names the service that is full, not the one that calls it', () => {
    const health = [healthOf('payment-api', { memory: known(0.3) }), healthOf('ledger-db', { memory: known(0.97) })];
    const full = diagnosis({ issue: issueOf('high_memory_usage', 0.97), health, measuredOn: 'ledger-db' });
    expect(titled({ diagnosis: full })).toMatch(/ledger-db /);
    const both = [healthOf('payment-api', { latency: known(3) }), healthOf('ledger-db', { latency: known(2) })];
    expect(titled({ diagnosis: diagnosis({ health: both, measuredOn: 'ledger-db' }) })).toContain(
      'payment-api is slow',
    );
  });

  it('doesn’t count crashes of what never ran', () => {
    expect(titled({ diagnosis: diagnosis({ issue: issueOf('crash_loop', 0) }) })).toContain(
      'payment-api doesn’t start',
    );
    expect(titled({ diagnosis: diagnosis({ issue: issueOf('crash_loop', 3) }) })).toContain('keeps crashing');
  });

  it('never is the name that stands for an alert without an object', () => {
    const over = {
      service: 'alert:Backup',
      namespace: '',
      entity: { kind: 'Alert', namespace: '', name: 'Backup' } as const,
    };
    for (const each of [null, diagnosis({ issue: issueOf('unknown') })]) {
      expect(titled({ ...over, diagnosis: each })).toContain('Backup fires');
      expect(titled({ ...over, diagnosis: each })).not.toContain('alert:');
    }
  });
});

describe('an end', () => {
  it('speaks of a page only where there was one', () => {
    const closed = incident({
      state: { name: 'closed', outcome: 'escalated', why: 'It is over.' },
      closedAt: T0 + MIN,
    });
    expect(read(closed)).not.toMatch(/after a page/);
    const page = { dedupKey: 'k', status: 'resolved', at: T0 } as const;
    expect(read({ ...closed, page })).toMatch(/Ended after a page/);
  });

  it('names who closed it, never by a raw id', () => {
    const closed = incident({
      state: { name: 'closed', outcome: 'healed_by_human', why: 'A person closed it' },
      closedAt: T0 + MIN,
    });
    const line = entry({ type: 'closed_by_human', by: 'U_ONCALL', from: 'escalated', to: 'closed' });
    expect(read(closed, { timeline: [line] })).toContain('Closed by <@U_ONCALL>');
  });
});

describe('without a pager', () => {
  it('nothing says that somebody is paged: the approvers are called', () => {
    const asked = incident({ state: { ...AWAITING, atTimeout: 'escalate' } as Incident['state'] });
    for (const one of [asked, escalated(), ...EVERY_STATE.map((state) => incident({ state }))]) {
      const text = read(one, { noPager: true });
      if (one.state.name !== 'closed') expect(text).not.toMatch(/[Pp]ages? (a person|someone)|Paged through/);
    }
    expect(read(escalated(), { noPager: true })).toContain('No pager is configured: the approvers are mentioned here.');
  });

  it('who asks for a person is heard in the channel', () => {
    const asked = transition(incident(), { type: 'page_asked', at: T0 + MIN, user: 'U_GUEST' }).incident;
    const [, call] = callsWanted(asked);
    expect(call?.about).toMatch(/^asked-/);
    expect(callMessage(asked, call!, context()).text).toContain('<@U_ONCALL>');
  });
});

describe('what was turned down', () => {
  const said = (how: 'next' | 'escalate') =>
    transition(incident({ options: [recommendation()] }), { type: 'rejected', at: T0 + MIN, user: 'U_GUEST', how })
      .incident;

  it('is named with who turned it down, by name', () => {
    const text = read(said('next'));
    expect(text).toContain('<@U_GUEST> turned down: Roll ledger-db back');
    expect(text.replaceAll('<@U_GUEST>', '')).not.toContain('U_GUEST');
  });

  it('may be taken up again, by choice and not by a yes that came too late', () => {
    const rejected = said('next');
    expect(read(rejected)).toContain('After all: Roll ledger-db back');
    const { digest } = plan();
    const yes = transition(rejected, { type: 'approved', at: T0 + 2 * MIN, user: 'U_ONCALL', planDigest: digest });
    expect(yes.incident.state.name).toBe('escalated');
    const chosen = {
      type: 'option_chosen',
      at: T0 + 2 * MIN,
      user: 'U_ONCALL',
      planDigest: digest,
      asApproval: true,
    } as const;
    expect(transition(rejected, chosen).incident.state).toMatchObject({
      name: 'queued',
      authority: { user: 'U_ONCALL' },
    });
  });
});

describe('a question', () => {
  const input = (damageAt?: number) => ({
    now: T0,
    mode: 'act' as const,
    policy: {
      listed: true,
      critical: true,
      autonomy: 'auto' as const,
      timeoutMs: 5 * MIN,
      atTimeout: null,
      approvers: ['U1'],
    },
    diagnosis: diagnosis({
      findings: [
        {
          ...{ kind: 'anomaly' as const, what: 'leak', at: T0, message: 'full in 3 min', strength: 0.9 },
          about: { kind: 'Deployment' as const, namespace: 'shop', name: 'ledger-db' },
          ...(damageAt === undefined ? {} : { damageAt }),
        },
      ],
    }),
    qualified: [recommendation()],
    refusals: [],
    paused: false,
    storm: false,
    sameCauseAs: null,
    attempts: 0,
    maxAttempts: 6,
    unmeasured: 0,
    measuredAt: T0,
    observeUntil: null,
    hasPlaybook: true,
    belowThreshold: false,
    patientUntil: 0,
    lowConfidence: false,
    isProposal: false,
    settlingUntil: 0,
  });
  const timeoutOf = (damageAt?: number) => {
    const decision = decide(input(damageAt));
    return decision.kind === 'ask' ? decision.timeoutMs : null;
  };

  it('ends before the damage that is foretold', () => {
    expect(timeoutOf()).toBe(5 * MIN);
    expect(timeoutOf(T0 + 60 * MIN)).toBe(5 * MIN);
    expect(timeoutOf(T0 + 3 * MIN)).toBeLessThan(3 * MIN);
    expect(timeoutOf(T0 - MIN)).toBe(5 * MIN);
  });
});

describe('numbers', () => {
  it('a range of one value is no range', () => {
    expect(band(0.3, 0.3, 's')).toBe('about 0.3 s');
    expect(band(0.18, 0.32, 's')).toContain('–');
  });

  it('what is under a threshold never reads as that threshold, and has its unit', () => {
    const book = {
      issue: 'high_latency',
      title: '',
      steps: [{ action: 'a', rung: 'remediate' as const, threshold: 10, confidence: 0, params: { by: 2 } }],
      verify: { withinMs: 1, steadyMs: 1 },
    };
    const issue = { kind: 'high_latency', severity: 9.999, unit: 's', message: '' };
    const { skippedSteps } = qualify(
      book,
      diagnosis({ issue }),
      () => ({ cures: { '*': [1, 1] }, against: { namespace: [], workload: [] } }),
      () => ({ value: 1, parts: [], worked: 0, tried: 0 }),
    );
    expect(skippedSteps[0]?.message).toBe('it is for 10 s and more; now it is 9.99 s');
    const state = { name: 'watching' as const, until: T0 + 5 * MIN, why: 'it hurts nobody yet' };
    const shown = (one: Partial<Incident>) => read(incident({ state, skippedSteps, ...one }));
    const [first] = diagnosis().causes;
    const { namespace, name } = first!.entity;
    expect(shown({})).toContain(`*From 10 s on:* a. To act now: \`/heal run a ${namespace}/${name} --param by=2\``);
    expect(shown({ diagnosis: diagnosis({ named: false }) })).not.toContain('/heal run');
    expect(shown({ skippedSteps: [{ action: 'a', reason: 'refused', message: '' }] })).not.toContain('*From');
  });

  it('traces speak as people do', () => {
    const timing = (ms: number) => ({ logMean: Math.log(ms), logVariance: 0.01, count: 200, meanMs: ms });
    const found = timingEvidence({
      ...{ entity: 'ledger-db', what: 'self time', baselineJitter: 0.01, at: T0, resolutionMs: 1_000, seconds: 60 },
      pairs: [{ normal: timing(10), incident: timing(977) }] as never,
    });
    expect(found?.message).toMatch(/its own work takes .* times as long as usual/);
  });

  it('equal alerts are one line', () => {
    const four = incident({ alerts: [alert, alert, alert, alert], alertCount: 4, diagnosis: null });
    expect(read(four).match(/p99 over 2 s/g)).toHaveLength(1);
  });
});

describe('what nobody could look at', () => {
  const blind: Vital = { kind: 'unknown', why: 'no_answer', message: 'Prometheus does not answer' };
  const said = (vitals: Record<string, Vital>) => {
    const issue = { kind: 'unknown', severity: 0, unit: '', message: 'its trouble can’t be measured' };
    const health = [healthOf('payment-api', vitals)];
    const decision = decide({
      ...{ now: T0, mode: 'act', qualified: [], refusals: [], paused: false, storm: false, sameCauseAs: null },
      ...{ attempts: 0, maxAttempts: 6, unmeasured: 2, measuredAt: null, observeUntil: null, hasPlaybook: true },
      ...{ belowThreshold: false, patientUntil: 0, lowConfidence: false, isProposal: false, settlingUntil: 0 },
      policy: { listed: true, critical: true, autonomy: 'auto', timeoutMs: MIN, atTimeout: null, approvers: ['U1'] },
      diagnosis: diagnosis({ measured: false, measuredOn: 'payment-api', issue, health }),
    });
    return decision.kind === 'escalate' ? decision.reason : decision.kind;
  };

  it('is never said to show nothing', () => {
    expect(said({ latency: blind, not_ready: blind })).toMatch(/^nobody could look/);
    expect(said({ latency: blind, not_ready: known(0) })).toMatch(
      /can be read shows no trouble, and latency can't be read/,
    );
    expect(said({ latency: known(0.1) })).toMatch(/^neither metrics nor objects show/);
  });
});

describe('links', () => {
  const linked = (annotations: Record<string, string>, generatorUrl = '') =>
    incident({ alerts: [{ ...alert, annotations, generatorUrl }] });

  it('lead to runbook, dashboard and rule, each with its host, and a command shows the object', () => {
    const one = linked(
      {
        runbook_url: 'https://wiki.example.com/high-latency?a=1&b=2',
        dashboard_url: 'https://grafana.example.com/d/1',
      },
      'http://prometheus:9090/graph?g0.expr=up',
    );
    expect(read(one)).toContain('<https://wiki.example.com/high-latency?a=1&amp;b=2|Runbook (wiki.example.com)>');
    expect(read(one)).toContain('|Dashboard (grafana.example.com)>');
    expect(read(one)).toContain('|Rule in Prometheus (prometheus:9090)>');
    expect(JSON.stringify(explanationBlocks(one, []))).toContain('kubectl -n shop describe deployment ledger-db');
  });

  it.each(['javascript:alert(1)', 'https://user:secret@example.com', 'not a link', 'https://x|<!channel>'])(
    '%s is none',
    (url) => {
      const text = read(linked({ runbook_url: url }));
      expect(text).not.toMatch(/Runbook|secret|<!channel>/);
    },
  );
});

describe('a step by hand', () => {
  const target = { kind: 'Deployment', namespace: 'shop', name: 'cart-api' } as const;
  const step = { action: 'restart_deployment', rung: 'remediate', threshold: 0, confidence: 0, params: {} } as const;
  const hand = incident({
    ...{ service: 'cart-api', groupKey: 'x#by-hand', alerts: [], alertCount: 0, diagnosis: null },
    byHand: { user: 'U_ONCALL', step, target },
    state: { name: 'noticed', attempt: 0 },
    anomalies: [
      { kind: 'anomaly', about: target, at: T0, what: 'by_hand', message: 'Restart: wanted by hand', strength: 1 },
    ],
  });

  it('is never said to be a trouble, nor looked into', () => {
    const text = read(hand);
    expect(text).toContain('cart-api is to be changed by hand');
    expect(text).toContain('<@U_ONCALL> wants it');
    expect(text).not.toMatch(/by_hand|finding out why|Looking for the cause/);
    const planned = {
      ...hand,
      diagnosis: diagnosis({ issue: { kind: 'by_hand', severity: 0, unit: '', message: 'Restart' } }),
    };
    expect(read(planned)).not.toContain('(0)');
  });
});
