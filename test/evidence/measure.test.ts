import { expect, test } from 'vitest';
import type { Diagnosis, EntityRef } from '../../src/domain/types.ts';
import { measuredOf } from '../../src/evidence/measure.ts';
import { diagnosisOf, incidentOf } from '../domain/examples.ts';

const worker: EntityRef = { kind: 'Deployment', namespace: 'shop', name: 'report-worker' };
const node: EntityRef = { kind: 'Node', namespace: '', name: 'node-a' };

const measured = (entity: EntityRef, over: Partial<Diagnosis> = {}) =>
  measuredOf(
    incidentOf({
      diagnosis: diagnosisOf({ causes: [{ entity, what: 'cpu', probability: 0.9, reasons: [] }], ...over }),
    }),
  );

test('trouble is measured where it was measured when it was diagnosed, though the cause is another workload', () => {
  expect(measured(worker, { measuredOn: 'payment-api' })).toEqual({ namespace: 'shop', service: 'payment-api' });
  expect(measured(worker, { measuredOn: 'report-worker' })).toEqual({ namespace: 'shop', service: 'report-worker' });
});

test('a diagnosis that does not say where is measured at the cause that it names', () => {
  expect(measured(worker)).toEqual({ namespace: 'shop', service: 'report-worker' });
});

test('a node, an unnamed cause and no diagnosis leave the service that hurts', () => {
  const hurting = { namespace: 'shop', service: 'payment-api' };
  expect(measured(node)).toEqual(hurting);
  expect(measured(worker, { named: false })).toEqual(hurting);
  expect(measuredOf(incidentOf())).toEqual(hurting);
});
