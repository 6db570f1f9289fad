import type { Incident, TimelineEntry } from '../../src/domain/incident.ts';
import type { Answer } from '../../src/extension-points.ts';
import { createPeople } from '../../src/pipeline/people.ts';
import { receiveAlerts } from '../../src/pipeline/receive-alerts.ts';
import { runEffect } from '../../src/pipeline/run-effect.ts';
import type { Fixture } from '../adapters/redis/store-fixture.ts';
import { alertOf, T0 } from '../domain/examples.ts';
import { brokenLaws, type Click, type Delivery, type Hidden } from './laws.ts';
import { type Change, createShop, SERVICES } from './made-up-shop.ts';
import { depsOf, stagesOf } from './replicas.ts';
import { createSteps, type Gate } from './stepped-tasks.ts';

/** An undo that somebody asks for later waits for the lock in its state, so that state alone says nothing. */
const AT_WORK = ['executing', 'verifying'];
const REST_ROUNDS = 60;
/** So many of them what was hidden stays so. */
const HIDDEN_ROUNDS = 10;
const REST_STEP_MS = 15_000;
const CALLS = new Map([['shop/a-api', new Set(['shop/b-api'])]]);

export type Replicas = Awaited<ReturnType<typeof startReplicas>>;
export type Whole = Incident & { timeline: TimelineEntry[] };

/** Replicas of the pipeline on a store of their own, what was asked of them, and what they really changed. */
export async function startReplicas(fixture: Fixture, cluster: string, count: number) {
  let now = T0;
  // Of its own: a run that was interrupted goes on for a while beside the next.
  const clock = { now: () => now };
  const { store: raw, redis } = await fixture.replica({ cluster, clock });
  // Nothing here dies but our own processes, so Redis need not wait for the disk.
  await redis.config('SET', 'appendfsync', 'no');
  const replicas = await Promise.all(Array.from({ length: count }, () => fixture.replica({ cluster, clock })));
  const violations: string[] = [];
  const changes: Change[] = [];
  const deliveries: Delivery[] = [];
  const clicks: Click[] = [];
  const approvers: string[] = [];
  let paused = false;
  const pass = (ms: number) => {
    now += ms;
  };
  const shop = createShop(async (change) => {
    changes.push(change);
    if (paused) violations.push(`9: ${change.kind} of ${change.executionId} after a pause`);
    const busy = (await raw.listOpen(100)).filter((incident) => AT_WORK.includes(incident.state.name));
    const others = busy.filter((incident) => !change.executionId.startsWith(`${incident.id.toLowerCase()}-`));
    if (others.length > 0)
      violations.push(`5: ${change.executionId} is changed beside ${others.map((one) => one.id).join(', ')}`);
    const same = changes.filter((one) => one.kind === change.kind && one.executionId === change.executionId);
    if (same.length > 1) violations.push(`6: ${change.kind} of ${change.executionId}, ${same.length} times`);
  });
  const steps = createSteps();
  const stages = stagesOf(shop);
  const deps = (replica: number, gate: Gate) =>
    depsOf(replicas[replica]!.store, { shop, now: () => now, approvers }, gate);
  const effect = (replica: number, due: Awaited<ReturnType<typeof raw.listDue>>[number]) =>
    steps.begin(replica, due.id, (gate) => runEffect(deps(replica, gate), stages, due));

  const press = (on: number, how: string, incident: Incident) => {
    const click: Click = { user: `U${clicks.length}`, incident: incident.id, how, answer: null };
    clicks.push(click);
    approvers.push(click.user);
    return steps.begin(on, `${how} by ${click.user}`, async (gate) => {
      click.answer = await pressed(createPeople(deps(on, gate)), click, incident);
    });
  };

  const hidden: Hidden[] = [];
  const run = {
    shop,
    hide(name: string) {
      if (hidden.some((one) => one.service === name && one.to === null)) return;
      shop.hide(name, true);
      hidden.push({ service: name, from: now, to: null });
    },
    show(name: string) {
      shop.hide(name, false);
      for (const one of hidden) if (one.service === name && one.to === null) one.to = now;
    },
    violations,
    pass,
    async alert(on: number, service: string, prints: number[], firing: boolean) {
      const delivery: Delivery = {
        name: `Down-${deliveries.length}`,
        prints: prints.map((print) => `${service}-${print}`),
        taken: false,
      };
      deliveries.push(delivery);
      const alerts = delivery.prints.map((fingerprint) =>
        alertOf({
          name: `${delivery.name}-${fingerprint}`,
          fingerprint,
          status: firing ? 'firing' : 'resolved',
          startsAt: T0,
          endsAt: firing ? null : now,
        }),
      );
      const subject = { cluster: 'test', namespace: 'shop', service };
      await steps.begin(on, delivery.name, async (gate) => {
        const received = alerts.map((alert) => ({ alert, subject }));
        await receiveAlerts(deps(on, gate), received, CALLS);
        delivery.taken = true;
      });
    },
    /** As `begin`, for the effect of one kind. */
    async beginKind(on: number, kind: string, upTo: string) {
      const due = (await raw.listDue(now, 100)).find((one) => one.kind === kind);
      if (!due) throw new Error(`no ${kind} is due`);
      const task = await effect(on, due);
      await steps.upTo(task, upTo);
      return task;
    },
    upTo: steps.upTo,
    /** Starts one due effect and leaves it where it is about to make that call. */
    async begin(on: number, pick: number, upTo: string) {
      const due = await raw.listDue(now, 100);
      const one = due[pick % Math.max(1, due.length)];
      if (one) await steps.upTo(await effect(on, one), upTo);
    },
    async work(on: number) {
      for (const due of await raw.listDue(now, 100)) await steps.finish(await effect(on, due));
    },
    async click(on: number, pick: number, how: string) {
      const open = how === 'undo' ? await raw.list({ limit: 20 }) : await raw.listOpen(20);
      const incident = open[pick % Math.max(1, open.length)];
      if (incident) await press(on, how, incident);
    },
    async clickUpTo(on: number, how: string, upTo: string) {
      const task = await press(on, how, (await raw.listOpen(1))[0]!);
      await steps.upTo(task, upTo);
      return task;
    },
    step: steps.step,
    finishAll: steps.finishAll,
    /** All alerts of a service end, for long enough not to be flapping. */
    async resolved(service: string) {
      const alert = alertOf({ fingerprint: `${service}-0`, status: 'resolved', startsAt: T0, endsAt: now });
      const subject = { cluster: 'test', namespace: 'shop', service };
      await receiveAlerts(
        deps(0, async () => {}),
        [{ alert, subject }],
        CALLS,
      );
      pass(16_000);
    },
    states: async () =>
      (await raw.list({ limit: 100 })).map((incident) => `${incident.service} ${incident.state.name}`),
    async kill(on: number) {
      await steps.kill(on);
      await run.forgetLeases();
    },
    /** Time is up for every lease: of those who died, and of those who slept. */
    async forgetLeases(): Promise<void> {
      const keys = await redis.keys(`{nightshift:${cluster}}:lease:*`);
      if (keys.length > 0) await redis.del(...keys);
    },
    finish: steps.finish,
    changes: () => changes,
    async pause(on: number) {
      await steps.finish(
        await steps.begin(on, 'pause', async (gate) => {
          await createPeople(deps(on, gate)).pause('U_ONCALL', '', null);
          paused = true;
        }),
      );
    },
    async resume(on: number) {
      paused = false;
      await steps.finish(
        await steps.begin(on, 'resume', async (gate) => {
          await createPeople(deps(on, gate)).resume('U_ONCALL');
        }),
      );
    },
    /** Lets everything that waits go on, then runs what is due until all time limits are over. Answers what the incidents went through. */
    async rest(): Promise<string[]> {
      await run.resume(0);
      await steps.finishAll();
      for (let round = 0; round < REST_ROUNDS; round++) {
        if (round === HIDDEN_ROUNDS) for (const name of SERVICES) run.show(name);
        await run.work(round % count);
        pass(REST_STEP_MS);
      }
      const all = await whole();
      return all.flatMap((incident) => incident.timeline.map((line) => `${line.type} ${line.from}>${line.to}`));
    },
    timelines: async () => (await whole()).map((incident) => incident.timeline),
    async brokenLaws(): Promise<string[]> {
      const locks = await redis.hgetall(`{nightshift:${cluster}}:locks`);
      return brokenLaws({
        incidents: await whole(),
        deliveries,
        clicks,
        changes,
        locks,
        hidden,
        isBroken: shop.isBroken,
      });
    },
    end() {
      for (const one of [redis, ...replicas.map((replica) => replica.redis)]) one.disconnect();
    },
  };

  async function whole(): Promise<Whole[]> {
    const all = await raw.list({ limit: 1_000 });
    return Promise.all(all.map(async (one) => ({ ...one, timeline: await raw.timeline(one.id) })));
  }

  return run;
}

type People = ReturnType<typeof createPeople>;

function pressed(people: People, { user, how }: Click, incident: Incident): Promise<Answer> {
  switch (how) {
    case 'approve':
      return people.approve(incident.id, user, null);
    case 'choose':
      return people.choose(incident.id, user, incident.options[0]?.plan.digest ?? '');
    case 'reject':
      return people.reject(incident.id, user, 'next');
    case 'hold':
      return people.hold(incident.id, user, 30_000);
    case 'undo':
      return people.undo(incident.id, user);
    case 'close':
      return people.close(incident.id, user, 'healed_by_human');
    default:
      return people.page(incident.id, user);
  }
}
