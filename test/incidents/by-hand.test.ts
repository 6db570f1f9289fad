import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployment, type SmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { type Fixture, startFixture } from '../adapters/redis/store-fixture.ts';
import { runIncident } from './run-incident.ts';

/** Nothing is wrong, and a person wants a step done. What follows is compared as it reads. */

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());

const story = {
  cluster: [deployment('payment-api')],
  metrics: (metric: string) => (metric === 'request_rate' ? 10 : metric === 'latency_p99' ? 0.1 : 0),
  alerts: [],
};
const run = { at: 10, user: 'U_GUEST', action: 'restart_deployment', target: 'test/shop/payment' };
const yes = (at: number, user = 'U_ONCALL') => ({ at, user, press: 'approve' as const });

describe('a step by hand', () => {
  it('is planned and asked about, runs on an approver’s word, and is over when it has settled and nothing is worse', async () => {
    const clicks = [yes(20, 'U_GUEST'), yes(30)];
    const life = await runIncident(fixture, 'hand', { ...story, runs: [run], clicks, seconds: 240 });
    expect(life).toMatchInlineSnapshot(`
      " 0:10 run     restart_deployment test/shop/payment by U_GUEST: INC-n shows the plan in the channel (Restart all pods of payment-api, a few at a time); it runs when somebody who may approve says yes.
       0:10 state   payment-api noticed
       0:10 state   payment-api awaiting_approval: restart_deployment because of by_hand of payment-api; at its deadline expire, not delivered yet
       0:10 message 🔵 Wanted by hand: payment-api is to be changed by hand (test/shop) · INC-n. Wants to: Restart all pods of payment-api, a few at a time
       0:10 state   payment-api awaiting_approval: restart_deployment because of by_hand of payment-api; at its deadline expire
       0:20 click   approve by U_GUEST: Only <@U_ONCALL> may start something for payment-api; you can still reject, hold or pause.
       0:30 click   approve by U_ONCALL: Approved: Restart all pods of payment-api, a few at a time
       0:30 state   payment-api queued: restart_deployment because of by_hand of payment-api, by person
       0:30 state   payment-api executing: restart_deployment
       0:30 change  PATCH apps/v1/namespaces/shop/deployments/payment-api
       0:30 state   payment-api verifying: restart_deployment
       0:30 message 🟠 Checking the change: payment-api is to be changed by hand (test/shop) · INC-n
       2:00 state   payment-api closed: healed
       2:00 message 🟢 Applied: payment-api was to be changed by hand (test/shop) · INC-n
      "
    `);
  });

  it('that makes it worse is taken back', async () => {
    const broken = (small: SmallCluster) =>
      small.behave('shop/payment-api:1', { kind: 'exited', reason: 'Error', exitCode: 1 });
    const happens = [[25, broken]] as [number, typeof broken][];
    const scaled = { ...run, action: 'scale_horizontal', params: { factor: '2' } };
    const life = await runIncident(fixture, 'hand-worse', {
      ...story,
      happens,
      runs: [scaled],
      clicks: [yes(30)],
      seconds: 420,
    });
    expect(life).toMatchInlineSnapshot(`
      " 0:10 run     scale_horizontal test/shop/payment by U_GUEST: INC-n shows the plan in the channel (Scale payment-api from 3 to 6 replicas); it runs when somebody who may approve says yes.
       0:10 state   payment-api noticed
       0:10 state   payment-api awaiting_approval: scale_horizontal because of by_hand of payment-api; at its deadline expire, not delivered yet
       0:10 message 🔵 Wanted by hand: payment-api is to be changed by hand (test/shop) · INC-n. Wants to: Scale payment-api from 3 to 6 replicas
       0:10 state   payment-api awaiting_approval: scale_horizontal because of by_hand of payment-api; at its deadline expire
       0:30 click   approve by U_ONCALL: Approved: Scale payment-api from 3 to 6 replicas
       0:30 state   payment-api queued: scale_horizontal because of by_hand of payment-api, by person
       0:30 state   payment-api executing: scale_horizontal
       0:30 change  PATCH apps/v1/namespaces/shop/deployments/payment-api
       0:30 state   payment-api verifying: scale_horizontal
       0:30 message 🟠 Checking the change: payment-api is to be changed by hand (test/shop) · INC-n
       1:00 state   payment-api undoing: scale_horizontal
       1:00 message 🟠 Undoing: payment-api is to be changed by hand (test/shop) · INC-n
       1:00 change  PATCH apps/v1/namespaces/shop/deployments/payment-api
       1:00 state   payment-api closed: undone
       1:05 message ⚪ Closed, change undone: payment-api was to be changed by hand (test/shop) · INC-n
      "
    `);
  });

  it('that is not possible is told to the one who asks, and opens nothing', async () => {
    const runs = [
      { ...run, action: 'restart_deploymnt' },
      { ...run, action: 'restart' },
      { ...run, target: 'nobody' },
      { ...run, target: 'elsewhere/shop/payment-api' },
      { ...run, params: { fast: 'true' } },
      { ...run, action: 'scale_horizontal', params: { factor: '0' } },
      { ...run, action: 'uncordon', target: 'node-9' },
      { ...run, action: 'rollback_deployment' },
      { ...run, action: 'retry_job', target: 'shop/job/import' },
    ];
    const life = await runIncident(fixture, 'hand-not', { ...story, runs, seconds: 20 });
    expect(life).toMatchInlineSnapshot(`
      " 0:10 run     restart_deploymnt test/shop/payment by U_GUEST: There is no action of that name. Did you mean \`restart_deployment\`?
       0:10 run     restart test/shop/payment by U_GUEST: Which one? \`restart_daemonset\`, \`restart_deployment\`, \`restart_pod\`, \`restart_statefulset\`
       0:10 run     restart_deployment nobody by U_GUEST: There is no workload of that name.
       0:10 run     restart_deployment elsewhere/shop/payment-api by U_GUEST: That is in another cluster: this Nightshift looks after \`test\`.
       0:10 run     restart_deployment test/shop/payment by U_GUEST: \`restart_deployment\` has no parameter “fast”: it takes none.
       0:10 run     scale_horizontal test/shop/payment by U_GUEST: \`factor\` must be a number over 1
       0:10 run     uncordon node-9 by U_GUEST: There is no node “node-9”.
       0:10 run     rollback_deployment test/shop/payment by U_GUEST: Not possible now: Deployment payment-api: nothing points to its newest revision (1) as the cause.
       0:10 run     retry_job shop/job/import by U_GUEST: Not possible now: Job import isn't there any more: jobs.batch "import" not found
      "
    `);
  });
});

describe('what cured an incident and stands still', () => {
  /** Four replicas are quick enough for what comes in until `calmAt`. */
  const busyUntil = (calmAt: number) => {
    let cluster: SmallCluster | undefined;
    const replicas = () => Number(cluster?.kube.get('deployments', 'shop', 'payment-api')?.spec.replicas ?? 3);
    const seen = (small: SmallCluster) => {
      cluster = small;
    };
    const happens = [[0, seen]] as [number, typeof seen][];
    const slow = (at: number) => at > 30 && at < calmAt && replicas() < 4;
    const metrics = (metric: string, _service: string, at: number) => {
      if (metric === 'latency_p99') return slow(at) ? 3 : 0.1;
      if (metric === 'cpu_ratio') return slow(at) ? 0.99 : 0.3;
      if (metric === 'request_rate') return at > 30 && at < calmAt ? 90 : 10;
      return metric === 'memory_ratio' ? 0.4 : 0;
    };
    return { cluster: [deployment('payment-api')], happens, metrics };
  };
  const alerts = [{ at: 60, name: 'HighLatencyP99', service: 'payment-api', endsAt: 100 }];
  const clicks = [yes(240, 'U_GUEST'), yes(245)];

  it('is asked about at the close, and given back on an approver’s word', async () => {
    const life = await runIncident(fixture, 'cure', { ...busyUntil(150), alerts, clicks, seconds: 350 });
    expect(life).toMatchInlineSnapshot(`
      " 1:00 alert   HighLatencyP99 of payment-api fires
       1:00 state   payment-api noticed
       1:00 state   payment-api queued: scale_horizontal because of overload of payment-api, by auto
       1:00 state   payment-api executing: scale_horizontal
       1:00 change  PATCH apps/v1/namespaces/shop/deployments/payment-api
       1:00 state   payment-api verifying: scale_horizontal
       1:00 message 🟠 Checking the fix: payment-api is slow (test/shop) · INC-n
       1:40 alert   HighLatencyP99 of payment-api is resolved
       2:10 state   payment-api closed: healed
       2:10 message 🟢 Healed: payment-api was slow (test/shop) · INC-n
       3:10 state   payment-api noticed
       3:10 state   payment-api awaiting_approval: give_back because of cure_stands of payment-api; at its deadline expire, not delivered yet
       3:10 message 🔵 Does it stay?: payment-api still has what cured it (test/shop) · INC-n. Wants to: Set back Deployment payment-api: replicas from 5 to 3
       3:10 state   payment-api awaiting_approval: give_back because of cure_stands of payment-api; at its deadline expire
       4:00 click   approve by U_GUEST: Only <@U_ONCALL> may start something for payment-api; you can still reject, hold or pause.
       4:05 click   approve by U_ONCALL: Approved: Set back Deployment payment-api: replicas from 5 to 3
       4:05 state   payment-api queued: give_back because of cure_stands of payment-api, by person
       4:05 state   payment-api executing: give_back
       4:05 change  PATCH apps/v1/namespaces/shop/deployments/payment-api
       4:05 state   payment-api verifying: give_back
       4:05 message 🟠 Checking the change: payment-api still has what cured it (test/shop) · INC-n
       5:15 state   payment-api closed: healed
       5:15 message 🟢 Given back: payment-api still had what cured it (test/shop) · INC-n
      "
    `);
  });

  it('is put back where somebody is worse without it', async () => {
    const life = await runIncident(fixture, 'cure-needed', { ...busyUntil(900), alerts, clicks, seconds: 360 });
    expect(life.slice(life.indexOf(' 4:05'))).toMatchInlineSnapshot(`
      " 4:05 click   approve by U_ONCALL: Approved: Set back Deployment payment-api: replicas from 5 to 3
       4:05 state   payment-api queued: give_back because of cure_stands of payment-api, by person
       4:05 state   payment-api executing: give_back
       4:05 change  PATCH apps/v1/namespaces/shop/deployments/payment-api
       4:05 state   payment-api verifying: give_back
       4:05 message 🟠 Checking the change: payment-api still has what cured it (test/shop) · INC-n
       5:35 state   payment-api undoing: give_back
       5:35 message 🟠 Undoing: payment-api still has what cured it (test/shop) · INC-n
       5:35 change  PATCH apps/v1/namespaces/shop/deployments/payment-api
       5:35 state   payment-api closed: undone
       5:40 message ⚪ Needed still, put back: payment-api still had what cured it (test/shop) · INC-n
      "
    `);
  });
});
