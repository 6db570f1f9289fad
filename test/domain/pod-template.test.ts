import { describe, expect, it } from 'vitest';
import { selects } from '../../src/domain/label-selector.ts';
import { claimNames, configReferences, templateLabels } from '../../src/domain/pod-template.ts';

const TEMPLATE = {
  metadata: { labels: { app: 'pay', tier: 'back' } },
  spec: {
    containers: [
      {
        name: 'app',
        env: [
          { name: 'A', value: 'x' },
          { name: 'B', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
          { name: 'C', valueFrom: { configMapKeyRef: { name: 'settings', key: 'level' } } },
          { name: 'D', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
        envFrom: [{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'keys' } }],
      },
    ],
    initContainers: [{ name: 'init', envFrom: [{ configMapRef: { name: 'first' } }] }],
    volumes: [
      { name: 'a', configMap: { name: 'files' } },
      { name: 'b', secret: { secretName: 'tls' } },
      { name: 'c', projected: { sources: [{ secret: { name: 'token' } }, { configMap: { name: 'ca' } }] } },
      { name: 'd', persistentVolumeClaim: { claimName: 'data' } },
      { name: 'e', emptyDir: {} },
    ],
  },
};

describe('a pod template', () => {
  it('refers to what it mounts and takes variables from, each once', () => {
    expect(
      configReferences(TEMPLATE)
        .map(({ kind, name }) => `${kind} ${name}`)
        .sort(),
    ).toEqual([
      'ConfigMap ca',
      'ConfigMap files',
      'ConfigMap first',
      'ConfigMap settings',
      'Secret db',
      'Secret keys',
      'Secret tls',
      'Secret token',
    ]);
    expect(claimNames(TEMPLATE)).toEqual(['data']);
    expect(templateLabels(TEMPLATE)).toEqual({ app: 'pay', tier: 'back' });
  });

  it('may be empty, or not what it should be', () => {
    for (const odd of [{}, { spec: { containers: 'x', volumes: [null, 3] } }])
      expect([configReferences(odd), claimNames(odd)]).toEqual([[], []]);
  });
});

describe('a label selector', () => {
  const of = (operator: string, values: string[] = []) =>
    selects({ matchLabels: {}, matchExpressions: [{ key: 'tier', operator, values }] }, { app: 'pay', tier: 'back' });

  it('selects by labels and expressions, everything when empty, nothing by what it does not know', () => {
    expect(selects({ matchLabels: {}, matchExpressions: [] }, {})).toBe(true);
    expect(selects({ matchLabels: { app: 'pay' }, matchExpressions: [] }, { app: 'pay' })).toBe(true);
    expect(selects({ matchLabels: { app: 'pay' }, matchExpressions: [] }, { app: 'other' })).toBe(false);
    expect([of('In', ['back']), of('NotIn', ['back']), of('Exists'), of('DoesNotExist'), of('Near')]).toEqual([
      true,
      false,
      true,
      false,
      false,
    ]);
  });
});
