import { describe, expect, it } from 'vitest';
import { handOverLine, handOverOf, ownerWords, wrongByFinding, wrongOf } from '../../src/domain/hand-over.ts';
import type { StateCause } from '../../src/domain/snapshot/state-cause.ts';
import type { Finding } from '../../src/domain/types/finding.ts';

const SERVICE = { kind: 'Service', namespace: 'shop', name: 'cart-api' };
const DEPLOYMENT = { kind: 'Deployment', namespace: 'shop', name: 'cart-api' };
const cause: StateCause & { should: string } = {
  what: 'service_selector_mismatch',
  object: SERVICE,
  strength: 0.97,
  facts: [
    { object: SERVICE, field: 'spec.selector', value: '{"app":"nobody"}' },
    { object: DEPLOYMENT, field: 'spec.template.metadata.labels', value: '{"app":"cart-api"}' },
  ],
  hurts: [],
  should: 'what its pods have: {"app":"cart-api"}',
  command: `kubectl patch service/cart-api -n shop --type merge -p '{"spec":{"selector":{"app":"cart-api"}}}'`,
};
const writer = (manager: string, time: string, fieldsV1: unknown, subresource?: string) => ({
  ...{ manager, operation: 'Update', time, fieldsV1, apiVersion: 'v1', fieldsType: 'FieldsV1' },
  ...(subresource ? { subresource } : {}),
});
const raw = {
  metadata: {
    labels: { app: 'cart-api', 'example.com/team': 'checkout', 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: { 'a8r.io/chat': '#team-checkout', 'a8r.io/repository': 'https://git.example.com/shop' },
    managedFields: [
      writer('helm', '2026-11-30T08:00:00Z', { 'f:spec': { 'f:ports': {}, 'f:selector': {} } }),
      writer('kubectl-edit', '2026-12-01T09:30:00Z', { 'f:spec': { 'f:selector': {} } }),
      writer('kubectl-label', '2026-12-01T10:00:00Z', { 'f:metadata': { 'f:labels': { 'f:app': {} } } }),
      writer('kube-controller-manager', '2026-12-01T11:00:00Z', { 'f:status': {} }, 'status'),
    ],
  },
};

describe('a hand-over', () => {
  it('has the object, the field, what it is and should be, the command, whose it is, and who changed that field last', () => {
    const told = handOverOf(wrongOf(cause), raw, { name: 'Helm (release shop)', how: 'Change its values.' });
    expect(told).toEqual({
      what: 'service_selector_mismatch',
      object: SERVICE,
      title: "the Service's selector fits no pod",
      facts: [
        { field: 'spec.selector', value: '{"app":"nobody"}' },
        { object: 'Deployment shop/cart-api', field: 'spec.template.metadata.labels', value: '{"app":"cart-api"}' },
      ],
      should: 'what its pods have: {"app":"cart-api"}',
      command: cause.command,
      owner: ['chat #team-checkout', 'team checkout', 'repository https://git.example.com/shop', 'Helm (release shop)'],
      whose: 'whoever keeps its manifest',
      inGit: 'Change its values.',
      changed: { by: 'kubectl-edit', at: Date.parse('2026-12-01T09:30:00Z'), ofField: true },
    });
    expect(handOverLine(told)).toBe(
      'Service shop/cart-api: the Service\'s selector fits no pod: spec.selector is {"app":"nobody"}; it should be what its pods have: {"app":"cart-api"}',
    );
  });

  it('of an object that says nothing of itself says who would know', () => {
    const told = handOverOf(wrongOf(cause), null, null);
    expect(told).not.toHaveProperty('changed');
    expect(ownerWords(told)).toBe('whoever keeps its manifest');
  });

  it('is made of a finding, too, that tells of an object', () => {
    const found: Finding = {
      ...{ kind: 'state', about: { ...DEPLOYMENT, kind: 'Deployment' }, at: 0, what: 'quota_full', strength: 0.4 },
      message: 'it is full',
      object: { kind: 'ResourceQuota', namespace: 'shop', name: 'team' },
      command: 'kubectl edit resourcequota/team -n shop',
      told: {
        title: 'it is used up',
        facts: [{ field: 'spec.hard[pods]', value: '9' }],
        should: 'more than 9',
        whose: 'namespace',
      },
    };
    const told = handOverOf(wrongByFinding(found)!, null, null);
    expect(handOverLine(told)).toBe(
      'ResourceQuota shop/team: it is used up: spec.hard[pods] is 9; it should be more than 9',
    );
    expect(ownerWords(told)).toContain('namespace');
    expect(wrongByFinding({ ...found, told: undefined } as never)).toBeNull();
  });

  it('shows no secret that a field or an owner’s note holds', () => {
    const facts = [{ object: SERVICE, field: 'spec.externalName', value: 'https://user:hunter2@db.example.com' }];
    const told = handOverOf(
      wrongOf({ ...cause, facts }),
      { metadata: { annotations: { contact: 'a@b.example' } } },
      null,
    );
    expect(JSON.stringify(told)).not.toMatch(/hunter2|a@b\.example/);
  });
});
