import { describe, expect, it } from 'vitest';
import { openLineOf } from '../../src/domain/open-line.ts';
import { heldBack, STORM_MS, unshown } from '../../src/domain/storm.ts';
import { transition } from '../../src/domain/transition.ts';
import { alertOf, incidentOf, T0 } from './examples.ts';

const noticed = (n: number, namespace = 'shop') =>
  incidentOf({
    id: `INC-${n}`,
    namespace,
    service: `api-${n}`,
    openedAt: T0 + n,
    alertedAt: T0 + n,
    alerts: [alertOf({ labels: { severity: 'critical' } })],
    state: { name: 'noticed', attempt: 0 },
  });
const ofShop = Array.from({ length: 12 }, (_, n) => noticed(n));
const held = (open: typeof ofShop, now = T0 + 60_000) =>
  open.filter((one) => heldBack(one, open.map(openLineOf), now, 10) !== null).map(({ id }) => id);

describe('who is looked at in a storm', () => {
  it('is the first five of a namespace; below the size of a storm everybody', () => {
    expect(held(ofShop)).toEqual(ofShop.slice(5).map(({ id }) => id));
    expect(held(ofShop.slice(0, 9))).toEqual([]);
  });

  it('is everybody whom a namespace has few of', () => {
    expect(held([...ofShop, noticed(20, 'payments')])).not.toContain('INC-20');
  });

  it('goes on to the next when the first wait for the cause of another, so that all who share it are known', () => {
    const state = { name: 'watching' as const, until: T0, why: '', waitsFor: 'same_cause' as const };
    const followed = [...ofShop, noticed(12), noticed(13), noticed(14)].map((one, n) =>
      n > 0 && n < 5 ? { ...one, state } : one,
    );
    expect(held(followed)).toEqual(['INC-9', 'INC-10', 'INC-11', 'INC-12', 'INC-13', 'INC-14']);
  });

  it('is everybody once the storm is over', () => {
    expect(held(ofShop, T0 + STORM_MS + 60_000)).toEqual([]);
  });

  it('leaves the others watching for the storm, and has them told', () => {
    const event = { type: 'held_back' as const, at: T0, untilMs: T0 + 60_000, why: 'a storm' };
    const { incident, effects } = transition(ofShop[7]!, event);
    expect(incident.state).toEqual({ name: 'watching', until: T0 + 60_000, why: 'a storm', waitsFor: 'storm' });
    expect(effects.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['watch', 'page', 'notify']));
  });
});

it('counts as unshown what has no message and is worth one', () => {
  const shown = { ...ofShop[0]!, message: { channel: 'C', ts: '1', digest: '', at: T0, threaded: 0 } };
  const quiet = { ...ofShop[1]!, alerts: [alertOf({ labels: { severity: 'info' } })] };
  expect(unshown([shown, quiet, ofShop[2]!].map(openLineOf)).map(({ id }) => id)).toEqual(['INC-2']);
});
