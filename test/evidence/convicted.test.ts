import { afterAll, beforeAll, expect, it } from 'vitest';
import { MINUTE, type SandboxDiagnosis, sandboxDiagnosis } from './sandbox-diagnosis.ts';

/** Faults at once that have nothing to do with each other. */
let world: SandboxDiagnosis;
let since = 0;
beforeAll(async () => {
  world = await sandboxDiagnosis();
  world.sandbox.advance(8 * MINUTE);
  since = world.sandbox.now();
  world.sandbox.fault('volume-filling', 'catalog-db', 4);
  world.sandbox.fault('network-policy-deny', 'auth-api');
  world.sandbox.fault('job-failed', 'storefront');
  world.sandbox.fault('blind-autoscaler', 'storefront');
  world.sandbox.advance(5 * MINUTE);
});
afterAll(() => world.stop());

it('what its own volume says of a database goes before what is worse elsewhere', async () => {
  const { named, causes } = await world.diagnose('catalog-db', since);
  expect({ named, first: causes[0] }).toMatchObject({
    named: true,
    first: { entity: { name: 'catalog-db' }, what: 'volume_full' },
  });
});

it('who hangs because a policy keeps its callers away is not said to hang by itself', async () => {
  const { named, causes, handOver } = await world.diagnose('auth-api', since);
  expect({ named, first: causes[0] }).toMatchObject({ named: true, first: { entity: { name: 'auth-api' } } });
  expect(causes[0]?.what).toMatch(/network_policy/);
  expect(handOver?.object).toMatchObject({ kind: 'NetworkPolicy', name: 'auth-api-locked' });
});

it('of a Job only its own objects say why it failed', async () => {
  const entity = { kind: 'Job' as const, namespace: 'shop', name: 'storefront-migrate' };
  const { named, causes, findings } = await world.diagnose('job/storefront-migrate', since, entity);
  expect({ named, causes }).toMatchObject({ named: true, causes: [{ entity, what: 'config_map_missing' }] });
  expect(findings.find(({ convicts }) => convicts)?.message).toMatch(/report-settings/);
});

it("an autoscaler that the alert is about is its workload's, and handed over by its name", async () => {
  const entity = { kind: 'HorizontalPodAutoscaler' as const, namespace: 'shop', name: 'storefront' };
  const { named, causes, handOver } = await world.diagnose('storefront', since, entity);
  expect({ named, first: causes[0], object: handOver?.object }).toMatchObject({
    named: true,
    first: { entity: { name: 'storefront' }, what: 'autoscaler_blind' },
    object: entity,
  });
});
