import { describe, expect, it } from 'vitest';
import { judge, type Kept, type Seen } from '../bench/chaos/judge.ts';

const target = { kind: 'Deployment', namespace: 'shop', name: 'cart-api' };
const change = { method: 'PATCH', path: '/apis/apps/v1/namespaces/shop/deployments/cart-api', query: '' };
const healed: Kept = {
  id: 'INC-1',
  state: 'closed',
  outcome: 'healed',
  stateDetail: {},
  service: 'cart-api',
  executions: [{ recommendation: { plan: { action: 'rollback_deployment', target } }, undone: null }],
  timeline: [{ type: 'alerts', message: '1 firing, 0 resolved: Probe1' }],
};
const good: Seen = { incidents: [healed], taken: ['Probe1'], changes: [change], messages: [] };
const CLEAN = { lost: [], doubled: [], stuck: [], untrue: [] };
const counts = (seen: Seen) => Object.entries(judge(seen)).flatMap(([what, list]) => (list.length > 0 ? [what] : []));

describe('the judge of chaos', () => {
  it('finds nothing where one alert led to one change', () => expect(judge(good)).toEqual(CLEAN));
  it('misses an alert that no timeline names', () =>
    expect(counts({ ...good, taken: ['Probe1', 'Probe11'] })).toEqual(['lost']));
  it('sees a change that was made twice', () =>
    expect(counts({ ...good, changes: [change, change] })).toEqual(['doubled']));
  it('sees an alert in two incidents', () =>
    expect(counts({ ...good, incidents: [healed, { ...healed, id: 'INC-2', outcome: null, executions: [] }] })).toEqual(
      ['doubled'],
    ));
  it('knows that a breaker is written beside its target', () => {
    const path = '/apis/networking.istio.io/v1/namespaces/shop/destinationrules/nightshift-cart-api';
    const plan = { action: 'enable_circuit_breaker', target };
    const broken = { ...healed, executions: [{ recommendation: { plan }, undone: null }] };
    expect(judge({ ...good, incidents: [broken], changes: [{ ...change, path }] })).toEqual(CLEAN);
  });
  it('believes no healing without a change', () => expect(counts({ ...good, changes: [] })).toEqual(['untrue']));
  it('counts messages by the incident whose they are, not by those that they remind of', () => {
    const message = (ts: string, text: string) => ({ ts, text, blocks: [] });
    const own = message('1.1', 'cart-api: crash loop · INC-1');
    const reminding = message('2.1', 'cart-api: crash loop · INC-2. Before, on this service: INC-1');
    expect(judge({ ...good, messages: [own, reminding] })).toEqual(CLEAN);
    expect(counts({ ...good, messages: [own, { ...own, ts: '1.2' }] })).toEqual(['doubled']);
  });
  it.each(['noticed', 'watching', 'awaiting_approval', 'queued', 'verifying'])('calls %s stuck', (state) =>
    expect(counts({ ...good, incidents: [{ ...healed, state, outcome: null }] })).toEqual(['stuck']),
  );
  it('lets an escalation count only with words', () => {
    const escalated = { ...healed, state: 'escalated', outcome: null };
    expect(counts({ ...good, incidents: [escalated] })).toEqual(['stuck']);
    expect(judge({ ...good, incidents: [{ ...escalated, stateDetail: { why: 'out of safe moves' } }] })).toEqual(CLEAN);
  });
});
