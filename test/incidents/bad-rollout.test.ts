import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployment, type SmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { type Fixture, startFixture } from '../adapters/redis/store-fixture.ts';
import { runIncident } from './run-incident.ts';

/** A new image of payment-api crashes. What follows is compared as it reads. */

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());

const BAD = 'shop/payment-api:2';
const badImage = (small: SmallCluster) => {
  small.behave(BAD, { kind: 'exited', reason: 'Error', exitCode: 1 });
  small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
    copy.spec.template.spec.containers[0]!.image = BAD;
  });
};
const story = {
  cluster: [deployment('payment-api')],
  happens: [[0, badImage]] as [number, typeof badImage][],
  alerts: [{ at: 60, name: 'KubePodCrashLooping', service: 'payment-api', endsAt: 120 }],
};
const critical = ['payment-api'];

describe('a rollout that crashes', () => {
  it('of a critical service is asked about, rolled back on approval, and healed', async () => {
    const clicks = [{ at: 100, user: 'U_ONCALL', press: 'approve' as const }];
    expect(await runIncident(fixture, 'approved', { ...story, critical, clicks, seconds: 240 })).toMatchInlineSnapshot(`
      " 1:00 alert   KubePodCrashLooping of payment-api fires
       1:00 state   payment-api noticed
       1:00 state   payment-api awaiting_approval: rollback_deployment because of rollout of payment-api; at its deadline execute, not delivered yet
       1:00 message 🔴 Needs a decision: payment-api keeps crashing (test/shop) · INC-n. Wants to: Roll payment-api back from revision 2 to 1 (shop/payment-api:2 → shop/payment-api:1)
       1:00 state   payment-api awaiting_approval: rollback_deployment because of rollout of payment-api; at its deadline execute
       1:00 page    Approval wanted: Roll payment-api back from revision 2 to 1 (shop/payment-api:2 → shop/payment-api:1). payment-api (test/shop): payment-api: 1 pod keeps crashing, 3 restarts
       1:40 click   approve by U_ONCALL: Approved: Roll payment-api back from revision 2 to 1 (shop/payment-api:2 → shop/payment-api:1)
       1:40 state   payment-api queued: rollback_deployment because of rollout of payment-api, by person
       1:40 state   payment-api executing: rollback_deployment
       1:40 change  PATCH apps/v1/namespaces/shop/deployments/payment-api
       1:40 state   payment-api verifying: rollback_deployment
       1:40 message 🟠 Checking the fix: payment-api keeps crashing (test/shop) · INC-n
       1:40 page    is resolved
       2:00 alert   KubePodCrashLooping of payment-api is resolved
       2:50 state   payment-api closed: healed
       2:50 message 🟢 Healed: payment-api kept crashing (test/shop) · INC-n
      "
    `);
  });

  it('of another service is rolled back at once', async () => {
    expect(await runIncident(fixture, 'by-itself', { ...story, seconds: 240 })).toMatchInlineSnapshot(`
      " 1:00 alert   KubePodCrashLooping of payment-api fires
       1:00 state   payment-api noticed
       1:00 state   payment-api queued: rollback_deployment because of rollout of payment-api, by auto
       1:00 state   payment-api executing: rollback_deployment
       1:00 change  PATCH apps/v1/namespaces/shop/deployments/payment-api
       1:00 state   payment-api verifying: rollback_deployment
       1:00 message 🟠 Checking the fix: payment-api keeps crashing (test/shop) · INC-n
       2:00 alert   KubePodCrashLooping of payment-api is resolved
       2:10 state   payment-api closed: healed
       2:10 message 🟢 Healed: payment-api kept crashing (test/shop) · INC-n
      "
    `);
  });

  it('is left to a person when the step is turned down', async () => {
    const clicks = [
      { at: 90, user: 'U_GUEST', press: 'approve' as const },
      { at: 100, user: 'U_GUEST', press: 'escalate' as const },
      { at: 200, user: 'U_ONCALL', press: 'close' as const },
    ];
    const alerts = [{ at: 60, name: 'KubePodCrashLooping', service: 'payment-api' }];
    const life = await runIncident(fixture, 'rejected', { ...story, alerts, critical, clicks, seconds: 220 });
    expect(life).toMatchInlineSnapshot(`
      " 1:00 alert   KubePodCrashLooping of payment-api fires
       1:00 state   payment-api noticed
       1:00 state   payment-api awaiting_approval: rollback_deployment because of rollout of payment-api; at its deadline execute, not delivered yet
       1:00 message 🔴 Needs a decision: payment-api keeps crashing (test/shop) · INC-n. Wants to: Roll payment-api back from revision 2 to 1 (shop/payment-api:2 → shop/payment-api:1)
       1:00 state   payment-api awaiting_approval: rollback_deployment because of rollout of payment-api; at its deadline execute
       1:00 page    Approval wanted: Roll payment-api back from revision 2 to 1 (shop/payment-api:2 → shop/payment-api:1). payment-api (test/shop): payment-api: 1 pod keeps crashing, 3 restarts
       1:30 click   approve by U_GUEST: Only <@U_ONCALL> may start something for payment-api; you can still reject, hold or pause.
       1:40 click   escalate by U_GUEST: Rejected.
       1:40 state   payment-api escalated: Its step was turned down, and there is no other safe one.
       1:40 message 🟣 Needs a person: payment-api keeps crashing (test/shop) · INC-n. Its step was turned down, and there is no other safe one.
       1:40 page    payment-api (test/shop): payment-api: 1 pod keeps crashing, 3 restarts
       1:40 page    is resolved
       3:20 click   close by U_ONCALL: Done.
       3:20 state   payment-api closed: healed_by_human
       3:20 message 🟢 Healed by a person: payment-api kept crashing (test/shop) · INC-n
       3:20 page    is resolved
      "
    `);
  });

  it('that mends itself while the question stands is closed, and nothing is changed', async () => {
    const mends = (small: SmallCluster) => small.behave(BAD, { kind: 'running', ready: true });
    const happens = [...story.happens, [90, mends]] as [number, typeof badImage][];
    expect(await runIncident(fixture, 'mends', { ...story, happens, critical, seconds: 500 })).toMatchInlineSnapshot(`
      " 1:00 alert   KubePodCrashLooping of payment-api fires
       1:00 state   payment-api noticed
       1:00 state   payment-api awaiting_approval: rollback_deployment because of rollout of payment-api; at its deadline execute, not delivered yet
       1:00 message 🔴 Needs a decision: payment-api keeps crashing (test/shop) · INC-n. Wants to: Roll payment-api back from revision 2 to 1 (shop/payment-api:2 → shop/payment-api:1)
       1:00 state   payment-api awaiting_approval: rollback_deployment because of rollout of payment-api; at its deadline execute
       1:00 page    Approval wanted: Roll payment-api back from revision 2 to 1 (shop/payment-api:2 → shop/payment-api:1). payment-api (test/shop): payment-api: 1 pod keeps crashing, 3 restarts
       2:00 alert   KubePodCrashLooping of payment-api is resolved
       6:00 state   payment-api queued: rollback_deployment because of rollout of payment-api, by timeout
       6:00 state   payment-api awaiting_approval: rollback_deployment because of rollout of payment-api; at its deadline escalate, not delivered yet
       6:00 state   payment-api awaiting_approval: rollback_deployment because of rollout of payment-api; at its deadline escalate
       6:00 page    Approval wanted: Roll payment-api back from revision 2 to 1 (shop/payment-api:2 → shop/payment-api:1). payment-api (test/shop): payment-api: 1 pod keeps crashing, 3 restarts
       6:00 page    is resolved
       7:45 state   payment-api closed: self_healed
       7:45 message ⚪ Recovered by itself: payment-api kept crashing (test/shop) · INC-n
       7:45 page    is resolved
      "
    `);
  });
});
