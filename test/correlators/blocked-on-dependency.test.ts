import { describe, expect, it } from 'vitest';
import waitsOutside from '../../src/correlators/blocked-on-dependency.ts';
import { around, workload } from './incident-context.ts';

const workloads = ['payment-api', 'ledger-db'].map((name) => workload(name));
const of = (lines: string[]) => waitsOutside.correlate(around({ logs: { 'payment-api-a': lines }, workloads }));
const everyday = Array.from({ length: 50 }, (_, i) => `level=info msg="request" id=${i} status=200`);
const said = (text: string, times = 6) => [...everyday, ...Array.from({ length: times }, () => text)];

describe('blocked_on_dependency', () => {
  it('tells a pod whose log says again and again that somebody outside does not answer', () => {
    const [finding, ...rest] = of(said('POST https://bank.example/charge: context deadline exceeded token=s3cret'));
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'log',
      what: 'blocked_on_dependency',
      about: { kind: 'Pod', name: 'payment-api-a' },
      message: expect.stringMatching(/^Log of payment-api-a, 6 of the last 56 lines: POST .*deadline exceeded/),
    });
    expect(finding?.message).not.toContain('s3cret');
  });

  it.each([
    'Error: connect ETIMEDOUT 203.0.113.9:443',
    'dial tcp 203.0.113.9:443: connect: connection refused',
    'read timed out: https://bank.example/charge',
    'getaddrinfo ENOTFOUND bank.example',
    'upstream=my-ledger-db-copy timeout',
  ])('knows “%s”', (line) => expect(of(said(line))).toHaveLength(1));

  it.each([
    'dial tcp: lookup ledger-db.shop.svc: i/o timeout',
    'upstream=ledger-db timed out after 30s',
    '[CRITICAL] WORKER TIMEOUT (pid:17)',
    'readiness probe: request timed out',
  ])('is silent about “%s”: a workload here, or the pod itself', (line) => expect(of(said(line))).toEqual([]));

  it('is silent about what happens now and then', () => {
    expect(of(said('read timed out', 2))).toEqual([]);
    const many = Array.from({ length: 10 }, () => everyday).flat();
    expect(of([...many, 'read timed out', 'read timed out', 'read timed out'])).toEqual([]);
    expect(of([])).toEqual([]);
  });
});
