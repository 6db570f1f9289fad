import fc from 'fast-check';
import type { Replicas } from './law-run.ts';
import { SERVICES } from './law-shop.ts';

/**
 * What may happen to two replicas: services break and recover, alerts come and end, people click and change things by hand, tasks stop anywhere, replicas die, freeze and have clocks of their own, reads fail or are
 * answered late, vitals aren't told, writes are lost, dropped or land after the client gave up, chat and pager are away.
 */

export const REPLICAS = 2;
const on = fc.nat(REPLICAS - 1);
const service = fc.constantFrom(...SERVICES);
const pick = fc.nat(20);
/** Whether alerts are taken at once, or whoever takes them is left standing. */
const taken = fc.boolean();
const remedy = fc.constantFrom('heals' as const, 'nothing' as const, 'worsens' as const);
/** Where a task is left standing: before it takes its effect, the lock, the last look, or saves what it ends in. */
const call = fc.constantFrom('claim', 'lock', 'mayAct', 'save', 'finish', 'retryLater', 'now', 'late');
const metric = fc.constantFrom('latency_p99', 'error_ratio', 'request_rate', 'memory_ratio');
const click = fc.constantFrom(
  'approve',
  'approve',
  'approve',
  'reject',
  'hold',
  'choose',
  'undo',
  'undo',
  'close',
  'page',
);
const command = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('break' as const), on, service, remedy, taken }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('alert' as const),
      on,
      service,
      prints: fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 2 }),
      firing: fc.boolean(),
      taken,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('recover' as const), service }) },
  {
    weight: 14,
    arbitrary: fc.record({ do: fc.constant('work' as const), on, rounds: fc.constantFrom(1, 1, 2, 3) }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('answer' as const), on, pick }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('begin' as const), on, pick, upTo: call }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('click' as const), on, pick, how: click }) },
  {
    weight: 9,
    arbitrary: fc.record({ do: fc.constant('step' as const), pick, times: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), on }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hide' as const), service }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('show' as const), service }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fate' as const),
      service,
      fate: fc.constantFrom('lost' as const, 'late' as const, 'dropped' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('tell' as const),
      service,
      metric,
      told: fc.constantFrom('as_it_is' as const, 'absent' as const, 'silent' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail' as const), on, count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('slow' as const), on, count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hand' as const), service }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('drift' as const), pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('blind' as const), pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('forbid' as const), isProtected: fc.boolean() }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('stall' as const),
      on,
      pick,
      goesOn: fc.constantFrom(true, true, false),
      isPaused: fc.constantFrom(false, false, true),
      ms: fc.constantFrom(0, 1_000, 16_000, 61_000, 61_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('configure' as const),
      mode: fc.constantFrom('act' as const, 'act' as const, 'act' as const, 'observe' as const),
      isProtected: fc.constantFrom(false, false, true),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('freeze' as const), on }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('thaw' as const), on }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('skew' as const),
      on,
      ms: fc.constantFrom(0, 0, 1_500, -1_500, 9_000, -9_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('mouth' as const),
      which: fc.constantFrom('chat' as const, 'pager' as const),
      away: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), on }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('resume' as const), on }) },
  {
    weight: 7,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1_000, 10_000, 16_000, 61_000) }),
  },
);
/** Between two rounds of work. */
const BETWEEN_MS = 4_000;
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;
export type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

/** Does all of a history, but for the rest. Where nobody is there, questions run out. */
export async function takeAll(
  run: Replicas,
  { first, commands, clicks }: Omit<History, 'mode' | 'toTheEnd'>,
): Promise<void> {
  run.shop.break(first.service, first.remedy);
  await run.pass(VISIBLE_MS);
  await run.alert(0, first.service, [0], true, true);
  for (const one of commands) if (clicks !== 'nobody' || one.do !== 'answer') await take(run, one);
}
/** Pods crash by then. */
const VISIBLE_MS = 25_000;

/** Does one thing of a history. */
async function take(run: Replicas, one: Command): Promise<void> {
  switch (one.do) {
    case 'break':
      run.shop.break(one.service, one.remedy);
      return run.alert(one.on, one.service, [0], true, one.taken);
    case 'alert':
      return run.alert(one.on, one.service, one.prints, one.firing, one.taken);
    case 'recover':
      return run.shop.recover(one.service);
    case 'work':
      for (let round = 0; round < one.rounds; round++) {
        if (round > 0) await run.pass(BETWEEN_MS);
        await run.work(one.on);
      }
      return;
    case 'answer':
      return run.answer(one.on, one.pick);
    case 'begin':
      return run.begin(one.on, one.pick, one.upTo);
    case 'click':
      return run.click(one.on, one.pick, one.how);
    case 'step':
      for (let n = 0; n < one.times; n++) await run.step(one.pick);
      return;
    case 'kill':
      return run.kill(one.on);
    case 'hide':
      return run.hide(one.service);
    case 'show':
      return run.show(one.service);
    case 'fate':
      return run.shop.fateOfNext(one.service, one.fate);
    case 'tell':
      return run.shop.tells(one.service, one.metric, one.told);
    case 'fail':
      return run.shop.failReads(one.on, one.count);
    case 'slow':
      return run.shop.slowReads(one.on, one.count);
    case 'hand':
      return run.shop.byHand(one.service);
    case 'drift':
      return run.drift(one.pick);
    case 'blind':
      return run.blind(one.pick);
    case 'forbid':
      return run.forbid(one.isProtected ? { isProtected: true } : { mode: 'observe' });
    case 'stall':
      return run.stall(one.on, one.pick, one.ms, one);
    case 'configure':
      return run.configure({ mode: one.mode, isProtected: one.isProtected });
    case 'freeze':
      return run.freeze(one.on);
    case 'thaw':
      return run.thaw(one.on);
    case 'skew':
      return run.skew(one.on, one.ms);
    case 'mouth':
      return void Object.assign(run.mouths.away, { [one.which]: one.away });
    case 'pause':
      return run.pause(one.on);
    case 'resume':
      return run.resume(one.on);
    case 'pass':
      return run.pass(one.ms);
  }
}

/** One in twelve where nothing may be changed. */
export const history = fc.record({
  mode: fc.constantFrom<'act' | 'observe'>('observe', ...Array<'act'>(11).fill('act')),
  clicks: fc.constantFrom('nobody' as const, 'nobody' as const, 'approves' as const, 'undoes' as const),
  toTheEnd: fc.constantFrom(true, false, false, false, false, false),
  /** Somebody is in trouble, and it can be seen, before anything else happens. */
  first: fc.record({ service, remedy }),
  commands: fc.array(command, { minLength: 20, maxLength: 80 }),
});
