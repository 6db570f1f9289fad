import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadPlaybooks, PlaybookErrors, parsePlaybook } from '../../../src/adapters/playbooks/load-playbooks.ts';
import { loadModules } from '../../../src/app/load-modules.ts';
import { playbookCheck } from '../../../src/app/playbook-check.ts';
import { parseDuration } from '../../../src/domain/duration.ts';
import { playbookKey } from '../../../src/domain/playbook.ts';
import type { Action, IssueKind } from '../../../src/extension-points.ts';

const SHIPPED = join(import.meta.dirname, '../../../playbooks');
const GOOD =
  'issue: crash_loop\ntitle: Crashes\nsteps:\n  - {action: notify_oncall, rung: escalate, confidence: 0.5}\nverify: {within: 5m, steady: 60s}\n';

const SINCE_ROLLOUT = ['rollback_deployment 0 0.9', 'revert_in_git 0 0.8', 'suspend_reconciliation 0 0.8'];
const folders: string[] = [];
function folder(files: Record<string, string>): string {
  const path = mkdtempSync(join(tmpdir(), 'nightshift-playbooks-'));
  folders.push(path);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}
const errorsOf = async (paths: string[]) =>
  loadPlaybooks(paths).then(
    () => [],
    (error: unknown) => {
      if (!(error instanceof PlaybookErrors)) throw error;
      return error.errors;
    },
  );

afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true });
});

describe('the shipped playbooks', () => {
  it('are the four of the mission, with its figures, what a rollout is cured by, and what meets demand', async () => {
    const playbooks = await loadPlaybooks([SHIPPED]);
    const figures = playbooks.map((playbook) => [
      playbookKey(playbook),
      playbook.steps.map((step) => `${step.action} ${step.threshold} ${step.confidence}`),
    ]);
    expect(Object.fromEntries(figures)).toMatchObject({
      high_memory_usage: ['restart_pod 0.9 0.8', 'scale_horizontal 0.85 0.7', 'increase_memory_limit 0.95 0.9'],
      'high_memory_usage/oom_killed': ['increase_memory_limit 0.95 0.5', 'restart_pod 0.9 0.7'],
      'high_memory_usage/rollout': SINCE_ROLLOUT,
      high_latency: ['scale_horizontal 2 0.7', 'restart_deployment 5 0.8', 'enable_circuit_breaker 10 0.6'],
      crash_loop: ['rollback_deployment 0 0.9', 'notify_oncall 0 0.5'],
      node_pressure: ['drain_and_cordon 0 0.85', 'evict_low_priority 0 0.7'],
      'high_latency/rollout': [...SINCE_ROLLOUT, 'pause_rollout 0 0.4'],
      'high_error_rate/rollout': [...SINCE_ROLLOUT, 'pause_rollout 0 0.4'],
      demand_ahead: ['apply_scaled_object 0 0.5'],
    });
    const mine = playbooks.filter(({ issue }) => /^(high_|crash_loop|node_pressure|not_ready)/.test(issue));
    expect(mine.every(({ verify }) => verify.withinMs === 300_000 && verify.steadyMs === 60_000)).toBe(true);
  });

  it('have one for every kind of trouble, and one for any other; what is nobody\u2019s to mend here says whom to tell', async () => {
    const playbooks = await loadPlaybooks([SHIPPED]);
    const issues = new Set(playbooks.map(({ issue }) => issue));
    const kinds = await loadModules<IssueKind>(join(import.meta.dirname, '../../../src/kinds'));
    // These two are proposals of their own.
    const isProposal = (name: string) => name === 'by_hand' || name === 'cure_stands';
    expect(kinds.map(({ name }) => name).filter((name) => !isProposal(name) && !issues.has(name))).toEqual([]);
    expect(issues).toContain('*');
    const idle = playbooks.filter(({ steps }) => steps.every(({ action }) => action === 'notify_oncall'));
    expect(idle.length).toBeGreaterThan(5);
    expect(idle.filter(({ tell }) => tell === undefined)).toEqual([]);
  });
});

describe('playbooks', () => {
  it('of a later folder replace those for the same issue', async () => {
    const own = folder({ 'mine.yml': GOOD.replace('title: Crashes', 'title: Mine') });
    const playbooks = await loadPlaybooks([SHIPPED, own]);
    const issuesOf = (all: { issue: string }[]) => [...new Set(all.map(({ issue }) => issue))].sort();
    expect(issuesOf(playbooks)).toEqual(issuesOf(await loadPlaybooks([SHIPPED])));
    expect(playbooks.find(({ issue }) => issue === 'crash_loop')?.title).toBe('Mine');
  });

  it('of a later folder for all causes replace those for one cause, too', async () => {
    const own = folder({ 'mine.yml': GOOD.replace('crash_loop', 'high_latency') });
    const keys = (await loadPlaybooks([SHIPPED, own])).map(playbookKey);
    expect(keys).toContain('high_latency');
    expect(keys).not.toContain('high_latency/rollout');
    expect(keys).toContain('high_error_rate/rollout');
  });

  it('are refused with file, line and column, all errors at once', async () => {
    const bad = folder({
      'a.yaml':
        'issue: crash_loop\ntitle: T\nsteps:\n  - action: restart_pod\n    rung: remedy\n    confidence: 80\n    treshold: 1\nverify:\n  within: soon\n  steady: 60s\n',
      'b.yaml': 'issue: x\n  title: broken\n',
      'c.yaml': 'title: T\nsteps: []\nverify: {within: 5m, steady: 60s}\n',
    });
    const errors = (await errorsOf([bad])).map(
      ({ file, line, column, message }) => `${file.slice(-6)}:${line}:${column} ${message}`,
    );
    expect(errors).toEqual([
      expect.stringMatching(/^a\.yaml:5:11 steps\[0\]\.rung: must be one of observe, /),
      expect.stringMatching(/^a\.yaml:6:17 steps\[0\]\.confidence: /),
      expect.stringMatching(/^a\.yaml:7:5 steps\[0\]: unknown key "treshold"/),
      expect.stringMatching(/^a\.yaml:9:11 verify\.within: must be a duration/),
      expect.stringMatching(/^b\.yaml:\d:\d+ /),
      expect.stringMatching(/^c\.yaml:1:1 issue: is missing$/),
      expect.stringMatching(/^c\.yaml:2:8 steps: /),
    ]);
  });

  it('are refused twice in one folder, and with an action twice', async () => {
    const [error] = await errorsOf([folder({ 'a.yaml': GOOD, 'b.yaml': GOOD })]);
    expect(error).toMatchObject({ line: 1, column: 8, message: expect.stringContaining('already in') });
    const forRollouts = GOOD.replace('issue: crash_loop', 'issue: crash_loop\ncause: rollout');
    expect(forRollouts).not.toBe(GOOD);
    expect((await loadPlaybooks([folder({ 'a.yaml': GOOD, 'b.yaml': forRollouts })])).map(playbookKey)).toEqual([
      'crash_loop',
      'crash_loop/rollout',
    ]);
    const twice = GOOD.replace('verify', '  - {action: notify_oncall, rung: escalate, confidence: 0.9}\nverify');
    expect(parsePlaybook('x.yaml', twice)).toMatchObject({
      ok: false,
      errors: [{ line: 5, message: expect.stringContaining('twice') }],
    });
  });

  it('are refused where an action says that a parameter of its step is wrong, at that parameter', async () => {
    const actions = await loadModules<Action>(join(import.meta.dirname, '../../../src/actions'));
    const text = GOOD.replace(
      'action: notify_oncall, rung: escalate, confidence: 0.5',
      'action: enable_circuit_breaker, rung: mitigate, confidence: 0.6, params: {max_requests: 0, eject: 5s}',
    );
    expect(parsePlaybook('x.yaml', text, playbookCheck(actions))).toMatchObject({
      ok: false,
      errors: [
        {
          line: 4,
          column: text.split('\n')[3]!.indexOf('0, eject') + 1,
          message: expect.stringMatching(/^steps\[0\]\.params\.max_requests: must be /),
        },
      ],
    });
    const right = text.replace('max_requests: 0, eject: 5s', 'max_requests: 4, eject_for: 5s');
    expect(parsePlaybook('x.yaml', right, playbookCheck(actions))).toMatchObject({ ok: true });
  });

  it('are refused where they name an action, a cause or a kind of object that is not there, with what may be meant', async () => {
    const actions = await loadModules<Action>(join(import.meta.dirname, '../../../src/actions'));
    const text = GOOD.replace('issue: crash_loop', 'issue: crash_loop\ncause: [rollout, rolout]').replace(
      'notify_oncall',
      'notify_on_call',
    );
    const parsed = parsePlaybook('x.yaml', `${text}when: {owner: Deploymnt}\n`, playbookCheck(actions));
    expect(parsed.ok ? [] : parsed.errors).toEqual([
      expect.objectContaining({ line: 5, message: expect.stringContaining('"notify_on_call"; is "notify_oncall"') }),
      expect.objectContaining({ line: 2, column: 18, message: expect.stringContaining('there is no cause "rolout"') }),
      expect.objectContaining({ line: 7, message: expect.stringContaining('is "Deployment" meant?') }),
    ]);
  });

  it('name several issues and causes, and conditions of severity, owner and time', () => {
    const when =
      'when: {owner: StatefulSet, severity: {from: 2}, time: {from: "22:00", to: "06:00", zone: Europe/Berlin}}';
    const parsed = parsePlaybook(
      'x.yaml',
      `${GOOD.replace('issue: crash_loop', 'issue: [crash_loop, not_ready]')}${when}\n`,
    );
    expect(parsed.ok && parsed.playbooks.map(({ issue, when: found }) => [issue, found])).toEqual(
      ['crash_loop', 'not_ready'].map((issue) => [
        issue,
        { owner: ['StatefulSet'], severity: { from: 2 }, time: { fromMin: 1320, toMin: 360, zone: 'Europe/Berlin' } },
      ]),
    );
    const bad = parsePlaybook('x.yaml', `${GOOD}${when.replace('Berlin', 'Atlantis').replace('22:00', '26:00')}\n`);
    expect(bad.ok ? [] : bad.errors.map(({ message }) => message)).toEqual([
      'when.time.from: must be a time such as 22:00',
      'when.time.zone: must be a time zone such as Europe/Berlin',
    ]);
  });

  it('name a folder that is not there', async () => {
    expect(await errorsOf([join(SHIPPED, 'nowhere')])).toMatchObject([
      { message: expect.stringContaining("can't be read") },
    ]);
  });

  it('that are empty or not a mapping are refused, not taken for nothing', () => {
    expect(parsePlaybook('x.yaml', '')).toMatchObject({ ok: false });
    expect(parsePlaybook('x.yaml', '- 1\n')).toMatchObject({ ok: false });
  });
});

describe('a duration', () => {
  it.each([
    ['60s', 60_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['250ms', 250],
    ['0s', 0],
    ['5', null],
    ['', null],
    ['5 m', null],
    ['-5m', null],
  ])('%s is %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
});
