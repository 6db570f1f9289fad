import { describe, expect, it } from 'vitest';
import { type Placing, type Room, withoutRoom } from '../../src/domain/node-room.ts';

const GI = 2 ** 30;
const pod = (over: Partial<Placing> = {}): Placing => ({
  namespace: 'shop',
  labels: { app: 'web' },
  requests: { cpu: 1, memory: GI },
  tolerations: [],
  nodeSelector: {},
  nodeTerms: null,
  apartFrom: [],
  ...over,
});
const room = (over: Partial<Room> = {}): Room => ({
  name: 'b',
  labels: { zone: '1', 'kubernetes.io/hostname': 'b' },
  taints: [],
  allocatable: { cpu: 4, memory: 4 * GI, pods: 10 },
  pods: [],
  ...over,
});
const why = (pods: Placing[], rooms: Room[]) => withoutRoom(pods, rooms)?.why ?? null;

describe('room for pods that have to move', () => {
  it('is there while what they ask for fits beside what runs', () => {
    expect(why([pod(), pod()], [room({ pods: [pod(), pod()] })])).toBeNull();
    expect(why([pod(), pod()], [room({ pods: [pod(), pod(), pod()] })])).toContain('too little memory');
    expect(why([pod({ requests: { cpu: 5, memory: 0 } })], [room()])).toContain('too little CPU');
    expect(why([pod()], [room({ allocatable: { cpu: 4, memory: 4 * GI, pods: 0 } })])).toContain('as many pods');
  });

  it('counts all of them together, over several nodes', () => {
    const four = [pod(), pod(), pod(), pod({ requests: { cpu: 1, memory: 3 * GI } })];
    expect(why(four, [room(), room({ name: 'c', allocatable: { cpu: 4, memory: 2 * GI, pods: 10 } })])).toBeNull();
    expect(why(four, [room(), room({ name: 'c', allocatable: { cpu: 4, memory: GI, pods: 10 } })])).not.toBeNull();
  });

  it('is not on a node whose taint they do not tolerate', () => {
    const tainted = room({ taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] });
    const toleration = { key: 'gpu', operator: 'Equal', value: 'yes', effect: 'NoSchedule' };
    expect(why([pod()], [tainted])).toContain("its taint gpu isn't tolerated");
    expect(why([pod({ tolerations: [toleration] })], [tainted])).toBeNull();
    expect(why([pod({ tolerations: [{ ...toleration, value: 'no' }] })], [tainted])).not.toBeNull();
    expect(
      why([pod({ tolerations: [{ key: null, operator: 'Exists', value: '', effect: null }] })], [tainted]),
    ).toBeNull();
    expect(why([pod()], [room({ taints: [{ key: 'gpu', value: '', effect: 'PreferNoSchedule' }] })])).toBeNull();
  });

  it('is only where their selector and required affinity allow it', () => {
    expect(why([pod({ nodeSelector: { zone: '2' } })], [room()])).toContain('its labels');
    const term = (values: string[]) => [[{ key: 'zone', operator: 'In', values }]];
    expect(why([pod({ nodeTerms: term(['2']) })], [room()])).toContain('its labels');
    expect(why([pod({ nodeTerms: term(['1', '2']) })], [room()])).toBeNull();
  });

  it('keeps those apart that have to be apart, also two that both move', () => {
    const apart = pod({
      apartFrom: [
        { selector: { matchLabels: { app: 'web' }, matchExpressions: [] }, topologyKey: 'kubernetes.io/hostname' },
      ],
    });
    expect(why([apart], [room({ pods: [pod()] })])).toContain('apart');
    expect(why([apart], [room()])).toBeNull();
    expect(why([apart, apart], [room()])).toContain('apart');
  });

  it('is nowhere without another node', () => {
    expect(why([pod()], [])).toContain('no other node');
    expect(withoutRoom([], [])).toBeNull();
  });
});
