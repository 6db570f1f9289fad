import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CLOSE_INTERVAL,
  type Monitor,
  type MonitorEndpoint,
  markOf,
  puttingBack,
  TIGHTENED,
  tightening,
} from '../../src/domain/monitor.ts';

const endpoint = (over: Partial<MonitorEndpoint> = {}): MonitorEndpoint => ({
  port: 'http',
  path: '/metrics',
  interval: '30s',
  scrapeTimeout: null,
  ...over,
});
const monitor = (endpoints: MonitorEndpoint[], over: Partial<Monitor> = {}): Monitor => ({
  kind: 'ServiceMonitor',
  namespace: 'shop',
  name: 'web',
  uid: 'u1',
  resourceVersion: '7',
  labels: {},
  annotations: {},
  managers: [],
  selector: { matchLabels: {}, matchExpressions: [] },
  namespaces: ['shop'],
  endpoints,
  ...over,
});
/** As it is after the write. */
function written(before: Monitor, made: ReturnType<typeof tightening>): Monitor {
  if (made.kind !== 'tighten') throw new Error(made.kind);
  const endpoints = before.endpoints.map((one, index) => ({
    ...one,
    interval: made.changes.find((change) => change.index === index)?.interval ?? one.interval,
  }));
  return { ...before, endpoints, annotations: { ...before.annotations, [TIGHTENED]: made.mark } };
}

describe('tightening a monitor', () => {
  it('shortens what is scraped seldom, the server’s default too, and leaves what is scraped often', () => {
    const given = [endpoint(), endpoint({ port: 'x', interval: null }), endpoint({ port: 'y', interval: '10s' })];
    const made = tightening(monitor(given), 'INC-1');
    expect(made).toMatchObject({ kind: 'tighten', before: 'every 30s' });
    expect(made.kind === 'tighten' && made.changes).toEqual([
      { index: 0, interval: CLOSE_INTERVAL },
      { index: 1, interval: CLOSE_INTERVAL },
    ]);
    for (const interval of ['15s', '5s', '500ms', '0m10s'])
      expect(tightening(monitor([endpoint({ interval })]), 'INC-1').kind).toBe('close_enough');
    for (const interval of ['1m', '16s', '1m30s', '1h'])
      expect(tightening(monitor([endpoint({ interval })]), 'INC-1').kind).toBe('tighten');
  });

  it('leaves one alone whose scrape may take longer than that, since the operator would drop it', () => {
    const slow = monitor([endpoint({ scrapeTimeout: '25s' })]);
    expect(tightening(slow, 'INC-1')).toEqual({ kind: 'leave', message: 'a scrape of it may take 25s' });
  });

  it('and putting it back is as if nothing had been, for any monitor', () => {
    const one = fc.record({
      port: fc.constantFrom('http', 'admin', 'x'),
      path: fc.constantFrom('/metrics', '/probe'),
      interval: fc.constantFrom(null, '30s', '1m', '5s', '2h'),
      scrapeTimeout: fc.constant(null),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 6 }), (endpoints) => {
        const before = monitor(endpoints);
        const made = tightening(before, 'INC-1');
        if (made.kind !== 'tighten') return;
        const during = written(before, made);
        const mark = markOf(during);
        const { changes, kept } = puttingBack(during, mark!);
        const after = during.endpoints.map(
          (now, index) => changes.find((change) => change.index === index) ?? { index, interval: now.interval },
        );
        expect(kept).toBe(0);
        expect(after.map(({ interval }) => interval)).toEqual(endpoints.map(({ interval }) => interval));
      }),
    );
  });

  it('is put back where the endpoint is now, and not where somebody else changed it', () => {
    const before = monitor([endpoint(), endpoint({ port: 'admin', interval: '1m' })]);
    const during = written(before, tightening(before, 'INC-1'));
    const turned = { ...during, endpoints: [...during.endpoints].reverse() };
    expect(puttingBack(turned, markOf(during)!).changes).toEqual([
      { index: 1, interval: '30s' },
      { index: 0, interval: '1m' },
    ]);
    const changed = { ...during, endpoints: [{ ...during.endpoints[0]!, interval: '20s' }, during.endpoints[1]!] };
    expect(puttingBack(changed, markOf(during)!)).toMatchObject({ kept: 1, changes: [{ index: 1, interval: '1m' }] });
  });

  it('takes no mark for one that somebody else wrote', () => {
    for (const text of ['', '{', '[]', '{"incident":7}', '{"incident":"INC-1"}', 'null'])
      expect(markOf(monitor([], { annotations: { [TIGHTENED]: text } }))).toBeNull();
    const half = '{"incident":"INC-1","endpoints":[null,{"index":"x"},{"index":0,"port":"a","path":"b","was":3}]}';
    expect(markOf(monitor([], { annotations: { [TIGHTENED]: half } }))).toEqual({ incident: 'INC-1', endpoints: [] });
  });
});
