import type { Incident, TimelineEntry } from '../../src/domain/incident.ts';
import { createPeople } from '../../src/pipeline/people.ts';
import { receiveAlerts } from '../../src/pipeline/receive-alerts.ts';
import { runEffect } from '../../src/pipeline/run-effect.ts';
import type { DueEffect } from '../../src/ports/store.ts';
import { alertOf, T0 } from '../domain/examples.ts';
import type { Backend } from './law-backend.ts';
import { learnedUnseen, unseenHealth } from './law-saves.ts';
import { type Asker, createLawShop, SERVICES, TROUBLES } from './law-shop.ts';
import { brokenLaws, type Click, type Delivery, type Made, WORKING } from './laws.ts';
import { createMouths } from './mouths.ts';
import { digestShown, pressed } from './press.ts';
import { depsOf, type LawConfig, stagesOf, type Watch } from './replicas.ts';
import { freshShop } from './shop-objects.ts';
import { createSteps, type Gate } from './stepped-tasks.ts';
import { wrongSend } from './wrong-send.ts';

/** All time limits are over by then. */
const REST_MS = 19 * 60_000;
const MOST_ROUNDS = 400;
/** So long into the rest what was hidden stays so. */
const HIDDEN_MS = 150_000;
/** Between two looks at what is due, at most and at least. */
const [LONGEST_MS, SHORTEST_MS] = [60_000, 4_000];
const CALLS = new Map([['shop/a-api', new Set(['shop/b-api'])]]);

export type Replicas = Awaited<ReturnType<typeof startReplicas>>;
export type Whole = Incident & { timeline: TimelineEntry[] };
/** `clicks`: at rest somebody approves what is asked, or undoes what was done, too. `toTheEnd`: at rest all time limits are waited for, also where nothing is left to happen but somebody being told again. */
export type RunOptions = {
  replicas: number;
  mode: 'act' | 'observe';
  toTheEnd?: boolean;
  clicks?: 'nobody' | 'approves' | 'undoes';
};

/** Replicas of the pipeline on a store of their own, what was asked of them, and what they really changed. */
export async function startReplicas(
  backend: Backend,
  { replicas: count, mode, toTheEnd = true, clicks: how = 'nobody' }: RunOptions,
) {
  let now = T0;
  const offsets = Array.from({ length: count }, () => 0);
  const clocks = offsets.map((_, replica) => ({
    now: () => now + offsets[replica]!,
    realDelay: (ms: number) => ms,
    // The store's own, whatever the replica's says.
    line: () => ({ at: now, realAt: Date.now(), speed: 1 }),
  }));
  const trueClock = { ...clocks[0]!, now: () => now };
  // A clock that nobody sets: it goes on as this world does.
  performance.now = () => now - T0;
  const opened = await backend.open([...clocks, trueClock]);
  const raw = opened.stores[count]!;
  const { kube, release } = freshShop(SERVICES, () => now);
  const violations: string[] = [];
  const changes: Made[] = [];
  const deliveries: Delivery[] = [];
  const clicks: Click[] = [];
  const approvers: string[] = [];
  const frozen = new Set<number>();
  const counts = { frozen: 0, clocks_off: 0, lost_leases: 0, plan_drifts: 0, configured: 0 };
  const config: LawConfig = { mode, isProtected: false };
  const decided = new Set<string>();
  /** What each execution wrote. */
  const wrote = new Map<string, string>();
  let wasObserving = mode === 'observe';
  let [paused, restAt] = [false, Number.POSITIVE_INFINITY];
  const mouths = createMouths(() => now);

  const shop = createLawShop(kube, backend.ask(kube), () => now, {
    async onSend(change, asker) {
      if (paused) violations.push(`9: ${change.object} is changed after a pause`);
      const open = await raw.listOpen(100);
      const own = await raw.load(asker.incidentId);
      const holder = await opened.holder(`${asker.incidentId}.${asker.effect}`);
      const aheadMs = offsets[asker.replica]!;
      const given = {
        change,
        asker,
        own,
        open,
        config,
        now,
        aheadMs,
        holder,
        decided,
        clicks,
        isWhole: shop.isWhole(own?.service ?? ''),
        ...mouths,
      };
      violations.push(...wrongSend(given));
    },
    onLand(change, asker, { was, is }) {
      const same = changes.filter(
        (one) => one.kind === change.kind && one.object === change.object && one.by !== null && one.by === change.by,
      );
      if (same.length > 0) violations.push(`6: ${change.kind} of ${change.by} on ${change.object} a second time`);
      const ours = wrote.get(String(change.by));
      if (change.kind === 'apply' && change.by !== null) wrote.set(change.by, is);
      else if (change.verb === 'patch' && ours !== undefined && was !== ours && is !== was)
        violations.push(`7: ${change.by} is taken back on ${change.object}, where somebody else had set ${was}`);
      changes.push({ ...change, incident: asker.incidentId, effect: asker.effect, at: now });
    },
  });
  const pass = async (ms: number) => {
    const turns = shop.turnsFor(ms);
    for (let turn = 0; turn < turns; turn += 1) {
      now += ms / turns;
      await shop.turn();
    }
  };
  /** Redis' clock goes on while this one stands still. */
  const soon = () => now + 500;
  const steps = createSteps();
  const stages = stagesOf(shop, decided);
  const watch: Watch = {
    counts,
    onSave(saving, asker) {
      if (saving.timeline.some(({ type, message }) => type === 'refused' && message.includes(ANOTHER_PLAN)))
        counts.plan_drifts += 1;
      violations.push(...unseenHealth(saving, asker));
    },
    async onLearned(incidentId, worked, asker) {
      violations.push(...learnedUnseen(await raw.load(incidentId), worked, asker));
    },
  };
  const deps = (replica: number, gate: Gate, about: Pick<Asker, 'effect' | 'incidentId'> = NOBODY) => {
    const outside = { shop, mouths, clock: clocks[replica]!, approvers, config: { ...config }, watch };
    const asker: Asker = { replica, gate, token: null, saw: new Map(), ...about };
    return depsOf(opened.stores[replica]!, outside, asker);
  };
  const effect = (replica: number, due: DueEffect) =>
    steps.begin(replica, due.id, (gate) =>
      runEffect(deps(replica, gate, { effect: due.kind, incidentId: due.incidentId }), stages, due),
    );

  const press = (on: number, how: string, incident: Incident) => {
    const digest = digestShown(incident, how);
    const click: Click = { user: `U${clicks.length}`, incident: incident.id, how, answer: null, at: now, digest };
    clicks.push(click);
    approvers.push(click.user);
    return steps.begin(on, `${how} by ${click.user}`, async (gate) => {
      click.answer = await pressed(createPeople(deps(on, gate)), click, incident);
    });
  };
  const send = (on: number, service: string, delivery: Delivery, firing: boolean, startsAt: number) =>
    steps.begin(on, delivery.name, async (gate) => {
      const alerts = delivery.prints.map((fingerprint) =>
        alertOf({
          name: `${delivery.name}-${fingerprint}`,
          vital: TROUBLES[service]?.told ?? null,
          fingerprint,
          status: firing ? 'firing' : 'resolved',
          startsAt,
          endsAt: firing ? null : now,
        }),
      );
      const subject = { cluster: 'test', namespace: 'shop', service };
      await receiveAlerts(
        deps(on, gate),
        alerts.map((alert) => ({ alert, subject })),
        CALLS,
      );
      delivery.taken = true;
    });

  const run = {
    shop,
    counts,
    mouths,
    violations,
    hide: (name: string) => shop.hide(name, true),
    show: (name: string) => shop.hide(name, false),
    pass,
    skew(on: number, ms: number) {
      offsets[on] = ms;
      if (Math.abs(ms) > 2_000) counts.clocks_off += 1;
    },
    async alert(on: number, service: string, prints: number[], firing: boolean, isTaken = false) {
      const names = prints.map((print) => `${service}-${print}`);
      const delivery: Delivery = { name: `Down-${deliveries.length}`, prints: names, taken: false };
      deliveries.push(delivery);
      const task = await send(on, service, delivery, firing, T0);
      if (isTaken) await steps.finish(task);
    },
    /** As `begin`, for the effect of one kind. */
    async beginKind(on: number, kind: string, upTo: string) {
      const due = (await raw.listDue(soon(), 100)).find((one) => one.kind === kind);
      if (!due) throw new Error(`no ${kind} is due`);
      const task = await effect(on, due);
      await steps.upTo(task, upTo);
      return task;
    },
    upTo: steps.upTo,
    /** Starts one due effect and leaves it where it is about to make that call. */
    async begin(on: number, pick: number, upTo: string) {
      if (frozen.has(on)) return;
      const due = await raw.listDue(soon(), 100);
      const one = due[pick % Math.max(1, due.length)];
      if (one) await steps.upTo(await effect(on, one), upTo);
    },
    /** How many pieces of work were due. */
    async work(on: number): Promise<number> {
      if (frozen.has(on)) return 0;
      const all = await raw.listDue(soon(), 100);
      for (const due of all) await steps.finish(await effect(on, due));
      return all.length;
    },
    async click(on: number, pick: number, how: string) {
      const open = how === 'undo' ? await raw.list({ limit: 20 }) : await raw.listOpen(20);
      const incident = open[pick % Math.max(1, open.length)];
      if (incident) await press(on, how, incident);
    },
    /** Somebody agrees to what is asked. */
    async answer(on: number, pick: number) {
      const asking = (await raw.listOpen(20)).filter(({ state }) => state.name === 'awaiting_approval');
      const incident = asking[pick % Math.max(1, asking.length)];
      if (incident) await steps.finish(await press(on, 'approve', incident));
    },
    async clickUpTo(on: number, how: string, upTo: string) {
      const task = await press(on, how, (await raw.listOpen(1))[0]!);
      await steps.upTo(task, upTo);
      return task;
    },
    /** A process stands still where it is about to write or to judge; time passes, and another works on. */
    async stall(on: number, pick: number, ms: number, { goesOn, isPaused }: { goesOn: boolean; isPaused: boolean }) {
      if (frozen.has(on)) return;
      const dueNow = async () => (await raw.listDue(soon(), 100)).filter(({ kind }) => kind in WHERE);
      const changing = async () => (await dueNow()).filter(({ kind }) => WHERE[kind] === 'mayAct')[0];
      // Mostly a change that is about to be made.
      for (let round = 0; round < 2 && pick % 4 > 0 && !(await changing()); round++) await run.work(on);
      const due = await dueNow();
      const one = (await changing()) ?? due[pick % Math.max(1, due.length)];
      if (!one) return;
      const task = await effect(on, one);
      await steps.upTo(task, WHERE[one.kind]!);
      if (isPaused) {
        await run.pause((on + 1) % count);
        return steps.finish(task);
      }
      await run.freeze(on);
      await pass(ms);
      await run.work((on + 1) % count);
      run.thaw(on);
      if (goesOn) await steps.finish(task);
    },
    step: (pick: number) => steps.step(pick, frozen),
    finishAll: steps.finishAll,
    /** All alerts of a service end, for long enough not to be flapping. */
    async resolved(service: string) {
      await steps.finish(await send(0, service, { name: 'over', prints: [`${service}-0`], taken: false }, false, T0));
      await pass(16_000);
    },
    states: async () =>
      (await raw.list({ limit: 100 })).map((incident) => `${incident.service} ${incident.state.name}`),
    async kill(on: number) {
      frozen.delete(on);
      await steps.kill(on);
      await opened.forgetLeases();
    },
    /** Another configuration: every replica is started anew. */
    async configure(changed: Partial<LawConfig>) {
      counts.configured += 1;
      for (let on = 0; on < count; on++) await run.kill(on);
      Object.assign(config, changed);
      if (config.mode === 'observe') wasObserving = true;
    },
    /** Of those in trouble, what shows it is not told any more. */
    async blind(pick: number) {
      const open = (await raw.listOpen(20)).filter(({ state }) => MAY_GO_BLIND.includes(state.name));
      const incident = open[pick % Math.max(1, open.length)];
      if (!incident) return;
      if (TROUBLES[incident.service]?.issue === 'high_latency') shop.tells(incident.service, 'latency_p99', 'silent');
      else run.hide(incident.service);
    },
    /** What somebody is asked about, or what waits to be done, becomes another thing. */
    async drift(pick: number) {
      const open = (await raw.listOpen(20)).filter(({ state }) => MAY_DRIFT.includes(state.name));
      const incident = open[pick % Math.max(1, open.length)];
      if (incident) shop.byHand(incident.service);
    },
    /** Another configuration, while something is being done. */
    async forbid(changed: Partial<LawConfig>) {
      const open = await raw.listOpen(20);
      if (open.some(({ state }) => WORKING.includes(state.name))) await run.configure(changed);
    },
    /** A process that isn't scheduled for a while: what it holds runs out. */
    async freeze(on: number) {
      if (steps.isAtWork(on)) counts.frozen += 1;
      frozen.add(on);
      await opened.forgetLeases();
    },
    thaw: (on: number) => void frozen.delete(on),
    forgetLeases: opened.forgetLeases,
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
      frozen.clear();
      offsets.fill(0);
      Object.assign(mouths.away, { chat: false, pager: false });
      if (!toTheEnd) Object.assign(config, { mode, isProtected: false });
      await run.resume(0);
      await steps.finishAll();
      restAt = now;
      for (let round = 0; round < MOST_ROUNDS && (now - restAt < REST_MS || (await isAtWork())); round++) {
        if (now - restAt >= HIDDEN_MS) {
          for (const name of SERVICES) run.show(name);
          shop.tellsAll();
          await endOfAlerts();
        }
        await clicksAtRest(round);
        for (let again = 0; again < 6 && (await run.work(round % count)) > 0; again++);
        const [next] = await raw.listLater(soon(), 1);
        const isLate = now - restAt > HIDDEN_MS + 60_000;
        if (isLate && (!next || (!toTheEnd && (await isTold())))) break;
        await pass(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (next?.dueAt ?? Number.POSITIVE_INFINITY) - now)));
      }
      const all = await whole();
      return all.flatMap((incident) => incident.timeline.map((line) => `${line.type} ${line.from}>${line.to}`));
    },
    /** What happened, a line each, in order. */
    async text(): Promise<string> {
      const lines = (await whole()).flatMap(({ id, service, timeline }) =>
        timeline.map(({ at, type, from, to, message }) => ({
          at,
          text: `${id} ${service} ${type} ${from}>${to}: ${message}`,
        })),
      );
      const made = changes.map(({ at, kind, verb, object, by }) => ({
        at,
        text: `${kind}: ${verb} ${object} for ${by}`,
      }));
      const all = [...lines, ...made].sort((a, b) => a.at - b.at);
      return all.map(({ at, text }) => `${new Date(at).toISOString().slice(11, 19)} ${text}`).join('\n');
    },
    timelines: async () => (await whole()).map((incident) => incident.timeline),
    whole,
    async brokenLaws(): Promise<string[]> {
      const locks = await opened.locks();
      const { heard } = mouths;
      const seen = {
        incidents: await whole(),
        deliveries,
        clicks,
        changes,
        locks,

        heard,
        restAt,
        now,
        wasObserving,
      };
      return brokenLaws({ ...seen, isBroken: shop.isBroken });
    },
    end() {
      Reflect.deleteProperty(performance, 'now');
      opened.end();
      release();
    },
  };

  /** Who isn't in trouble has no alert that fires. */
  async function endOfAlerts(): Promise<void> {
    const firing = (await raw.listOpen(100)).flatMap(({ alerts }) =>
      alerts.filter(({ status }) => status === 'firing'),
    );
    for (const service of SERVICES.filter((name) => !shop.isBroken(name))) {
      const prints = firing.flatMap(({ fingerprint }) => (fingerprint.startsWith(service) ? [fingerprint] : []));
      const over = { name: `Over-${deliveries.length}`, prints: [...new Set(prints)], taken: false };
      if (prints.length > 0) await steps.finish(await send(0, service, over, false, T0));
    }
  }

  async function clicksAtRest(round: number): Promise<void> {
    if (how === 'nobody' || round % 3 > 0) return;
    const wanted = how === 'approves' ? ['awaiting_approval'] : ['closed', 'escalated'];
    const all = (await raw.list({ limit: 20 })).filter(({ state }) => wanted.includes(state.name));
    for (const incident of how === 'approves' ? all : all.slice(0, round > 9 ? 1 : 0))
      await steps.finish(await press(round % count, how === 'approves' ? 'approve' : 'undo', incident));
  }

  /** What is being done is let come to its end, once more in that time. */
  async function isAtWork(): Promise<boolean> {
    return now - restAt < 2 * REST_MS && (await raw.listOpen(100)).some(({ state }) => WORKING.includes(state.name));
  }

  /** Nothing is left to happen but that somebody who has heard is told again. */
  async function isTold(): Promise<boolean> {
    const left = [...(await raw.listDue(soon(), 100)), ...(await raw.listLater(soon(), 100))];
    const open = await raw.listOpen(100);
    const isHeard = (id: string) => mouths.heard.some(({ incident }) => incident === id);
    return left.every(({ kind }) => TELLS_AGAIN.includes(kind)) && open.every(({ id }) => isHeard(id));
  }

  async function whole(): Promise<Whole[]> {
    const all = await raw.list({ limit: 1_000 });
    return Promise.all(all.map(async (one) => ({ ...one, timeline: await raw.timeline(one.id) })));
  }

  return run;
}

const TELLS_AGAIN = ['level', 'reach', 'notify', 'page', 'resolve_page'];
/** What changes or judges, and its last call before. */
const WHERE: Record<string, string> = {
  execute: 'mayAct',
  undo: 'mayAct',
  give_back: 'mayAct',
  verify: 'save',
  act: 'save',
};
const MAY_GO_BLIND = [...WORKING, 'awaiting_approval'];
const MAY_DRIFT = ['awaiting_approval', 'queued', 'executing'];
const ANOTHER_PLAN = 'what would be done now is not the same';
const NOBODY = { effect: 'click', incidentId: '' };
