import { describe, expect, it } from 'vitest';
import budgetInTheWay from '../../src/correlators/budget-in-the-way.ts';
import logErrors from '../../src/correlators/log-errors.ts';
import nodeTrouble from '../../src/correlators/node-trouble.ts';
import { AT, around, MINUTE, pod, workload } from './incident-context.ts';

describe('node_trouble', () => {
  const node = (name: string, ready: boolean, pressures: string[] = []) => ({
    name,
    uid: name,
    ready,
    pressures,
    unschedulable: false,
  });
  const pods = [pod('a', { node: 'bad' }), pod('b', { node: 'good' }), pod('c', { node: 'elsewhere', owner: null })];

  it('tells pressure and absence, and who of the service lives there', () => {
    const nodes = [node('good', true), node('bad', true, ['MemoryPressure']), node('elsewhere', false)];
    const findings = nodeTrouble.correlate(around({ pods, nodes }));
    expect(findings.map(({ what, about, message }) => [what, about.name, message])).toEqual([
      ['node_pressure', 'bad', 'Node bad is under MemoryPressure; 1 of 2 pods of payment-api are on it'],
      ['node_not_ready', 'elsewhere', "Node elsewhere isn't ready; 0 of 2 pods of payment-api are on it"],
    ]);
    expect(findings[0]?.strength).toBeGreaterThan(findings[1]?.strength ?? 1);
  });

  it('began with the first event about the node', () => {
    const event = (at: number) => ({
      at,
      type: 'Warning',
      reason: 'NodeNotReady',
      message: '',
      about: { kind: 'Node', namespace: '', name: 'bad' } as const,
      count: 1,
    });
    const [finding] = nodeTrouble.correlate(
      around({ nodes: [node('bad', false)], events: [event(AT - MINUTE), event(AT - 5 * MINUTE)] }),
    );
    expect(finding?.at).toBe(AT - 5 * MINUTE);
  });
});

describe('budget_in_the_way', () => {
  const budget = (disruptionsAllowed: number, selector: Record<string, string>) => ({
    name: 'b',
    namespace: 'shop',
    selector,
    disruptionsAllowed,
    message: 'PodDisruptionBudget b',
  });
  const of = (one: ReturnType<typeof budget>) =>
    budgetInTheWay.correlate(around({ budgets: [one], workloads: [workload()] }));

  it('tells a budget of the service that allows none, weakly: it causes nothing', () => {
    expect(of(budget(0, { app: 'payment-api' }))).toMatchObject([{ what: 'budget', strength: 0.2 }]);
    expect(of(budget(0, {}))).toHaveLength(1);
    expect(of(budget(1, { app: 'payment-api' }))).toEqual([]);
    expect(of(budget(0, { app: 'other' }))).toEqual([]);
  });
});

describe('log_errors', () => {
  const of = (logs: Record<string, string[]>) => logErrors.correlate(around({ logs }));

  it('takes the telling line, not the last and not the first error', () => {
    const [finding] = of({
      a: ['ERROR retrying', 'panic: runtime error: index out of range', 'goroutine 1 [running]:', 'exit status 2'],
    });
    expect(finding).toMatchObject({
      kind: 'log',
      what: 'log_error',
      about: { kind: 'Pod', name: 'a' },
      message: 'Log of a: panic: runtime error: index out of range',
    });
  });

  it('takes what a process says of its own workers over the requests that fail by them', () => {
    const lines = [
      'level=error msg="request failed"',
      '[CRITICAL] WORKER TIMEOUT (pid:17)',
      'level=error msg="request failed"',
    ];
    expect(of({ a: lines })[0]?.message).toContain('WORKER TIMEOUT');
  });

  it('counts what is alike once, in a pod and over pods', () => {
    const line = (n: number) => `dial tcp 10.0.0.${n}:5432: connection refused`;
    const findings = of({ a: [line(1), line(2), line(3)], b: [line(4), line(4), line(4)] });
    expect(findings).toHaveLength(1);
    expect(findings[0]?.message).toContain('(3 times) (and 1 more pod)');
  });

  it('masks secrets and takes out what could be a command', () => {
    const message =
      of({
        a: ['fatal: cannot connect to postgres://app:s3cret@db/orders password=hunter2 \u001b[31mred\u001b[0m\u202e'],
      })[0]?.message ?? '';
    expect(message).toContain('fatal: cannot connect to postgres://***@db/orders');
    for (const secret of ['s3cret', 'hunter2', '\u001b', '\u202e']) expect(message).not.toContain(secret);
  });

  it('is silent about everyday lines, and bounded for long ones', () => {
    expect(of({ a: ['GET /health 200', 'ready'], b: [] })).toEqual([]);
    expect(of({ a: [`fatal ${'x'.repeat(100_000)}`] })[0]?.message.length).toBeLessThan(300);
  });
});
