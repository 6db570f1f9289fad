import fc from 'fast-check';
import type { Replicas } from './law-run.ts';
import { SERVICES } from './made-up-shop.ts';

/** What may happen to three replicas: services break and recover, alerts come and end, people click, tasks stop anywhere, replicas die, the API server is silent about a service, the answer to a write is lost. */

export const REPLICAS = 3;
const on = fc.nat(REPLICAS - 1);
const service = fc.constantFrom(...SERVICES);
const pick = fc.nat(20);
const remedy = fc.constantFrom('heals' as const, 'nothing' as const, 'worsens' as const);
/** Where a task is left standing: before it takes its effect, the lock, the last look, or saves what it ends in. */
const call = fc.constantFrom('claim', 'lock', 'mayAct', 'save', 'finish', 'retryLater');
const click = fc.constantFrom('approve', 'approve', 'reject', 'hold', 'choose', 'undo', 'close', 'page');
const command = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('break' as const), on, service, remedy }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('alert' as const),
      on,
      service,
      prints: fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 2 }),
      firing: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('recover' as const), service }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('work' as const), on }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('begin' as const), on, pick, upTo: call }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('click' as const), on, pick, how: click }) },
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant('step' as const), pick, times: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), on }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hide' as const), service }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('show' as const), service }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), service }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), on }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resume' as const), on }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1_000, 10_000, 16_000, 61_000) }),
  },
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

/** Does one thing of a history. */
export async function take(run: Replicas, one: Command): Promise<void> {
  switch (one.do) {
    case 'break':
      run.shop.break(one.service, one.remedy);
      return run.alert(one.on, one.service, [0], true);
    case 'alert':
      return run.alert(one.on, one.service, one.prints, one.firing);
    case 'recover':
      return run.shop.recover(one.service);
    case 'work':
      return run.work(one.on);
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
    case 'lose':
      return run.shop.loseNextAnswer(one.service);
    case 'pause':
      return run.pause(one.on);
    case 'resume':
      return run.resume(one.on);
    case 'pass':
      return run.pass(one.ms);
  }
}

export const history = fc.array(command, { minLength: 30, maxLength: 120 });
