import { describe, expect, it } from 'vitest';
import { strategicMerge } from '../../../../sandbox/kube/patch/strategic-merge.ts';

const podSpec = (containers: unknown[], more: object = {}): Record<string, unknown> => ({
  spec: { containers, ...more },
});
const merge = (target: object, patch: object): unknown => strategicMerge('V1Pod', target as never, patch as never);
const APP = {
  name: 'app',
  image: 'a:1',
  env: [
    { name: 'A', value: '1' },
    { name: 'B', value: '2' },
  ],
};
const LOG = { name: 'log', image: 'l:1' };

describe('a strategic merge patch', () => {
  it('merges containers by name and their environment by name, and keeps the rest', () => {
    const patch = podSpec([
      { name: 'app', env: [{ name: 'B', value: '3' }], resources: { limits: { memory: '1Gi' } } },
    ]);
    expect(merge(podSpec([APP, LOG], { nodeName: 'n1' }), patch)).toEqual(
      podSpec(
        [
          {
            ...APP,
            env: [
              { name: 'A', value: '1' },
              { name: 'B', value: '3' },
            ],
            resources: { limits: { memory: '1Gi' } },
          },
          LOG,
        ],
        { nodeName: 'n1' },
      ),
    );
  });

  it('puts a new item first, as a real server does', () => {
    expect(merge(podSpec([APP]), podSpec([LOG]))).toEqual(podSpec([LOG, APP]));
  });

  it('follows $setElementOrder', () => {
    const patch = {
      spec: {
        '$setElementOrder/containers': [{ name: 'log' }, { name: 'app' }],
        containers: [{ name: 'log', image: 'l:2' }],
      },
    };
    expect(merge(podSpec([APP, LOG]), patch)).toEqual(podSpec([{ ...LOG, image: 'l:2' }, APP]));
  });

  it('deletes an item, a field, and a value of a plain list', () => {
    expect(merge(podSpec([APP, LOG]), podSpec([{ name: 'log', $patch: 'delete' }]))).toEqual(podSpec([APP]));
    expect(merge(podSpec([LOG], { nodeName: 'n1' }), { spec: { nodeName: null } })).toEqual(podSpec([LOG]));
    const finalizers = { metadata: { finalizers: ['a', 'b'] } };
    expect(merge(finalizers, { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } })).toEqual({
      metadata: { finalizers: ['b'] },
    });
  });

  it('adds to a set of plain values without doubling them', () => {
    expect(merge({ metadata: { finalizers: ['a'] } }, { metadata: { finalizers: ['a', 'b'] } })).toEqual({
      metadata: { finalizers: ['a', 'b'] },
    });
  });

  it('replaces a list or a map when told to', () => {
    expect(merge(podSpec([APP, LOG]), podSpec([LOG, { $patch: 'replace' }]))).toEqual(podSpec([LOG]));
    const labels = { metadata: { labels: { a: '1', b: '2' } } };
    expect(merge(labels, { metadata: { labels: { $patch: 'replace', c: '3' } } })).toEqual({
      metadata: { labels: { c: '3' } },
    });
  });

  it('keeps only the named keys under $retainKeys', () => {
    const volumes = [{ name: 'v', emptyDir: {} }];
    const patch = podSpec([], {
      volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/x' } }],
    });
    expect(merge(podSpec([], { volumes }), patch)).toEqual(
      podSpec([], { volumes: [{ name: 'v', hostPath: { path: '/x' } }] }),
    );
  });

  it('replaces lists that have no merge key, such as tolerations', () => {
    const tolerations = [{ key: 'a' }, { key: 'b' }];
    expect(merge(podSpec([LOG], { tolerations }), { spec: { tolerations: [{ key: 'c' }] } })).toEqual(
      podSpec([LOG], { tolerations: [{ key: 'c' }] }),
    );
  });

  it('leaves its inputs alone', () => {
    const target = podSpec([APP]);
    const before = structuredClone(target);
    merge(target, podSpec([{ name: 'app', image: 'a:2' }]));
    expect(target).toEqual(before);
  });
});
