/** Thrown at a gate of a task whose process was killed. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** Waits before the call of that name. */
export type Gate = (call: string) => Promise<void>;
type Parked = { go: () => void; die: (error: Killed) => void };
export type Task = { process: number; title: string; dead: boolean; ended: boolean; parked: Parked[]; before: string };

/**
 * Tasks of several processes of which one moves at a time: each runs until its next gate and waits there, so that a test decides the order of everything, and which process dies where.
 * A killed process's tasks never pass another gate.
 */
export function createSteps() {
  const tasks: Task[] = [];
  const watchers = new Map<Task, () => void>();
  const quiet = (task: Task): Promise<void> =>
    task.ended || task.parked.length > 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          watchers.set(task, resolve);
        });
  const changed = (task: Task) => {
    watchers.get(task)?.();
    watchers.delete(task);
  };
  const gateOf =
    (task: Task): Gate =>
    (call) => {
      if (task.dead) return Promise.reject(new Killed(task.title));
      return new Promise((go, die) => {
        task.before = call;
        task.parked.push({ go, die });
        changed(task);
      });
    };
  const waiting = () => tasks.filter((task) => task.parked.length > 0);
  const move = async (task: Task) => {
    for (const { go } of task.parked.splice(0)) go();
    await quiet(task);
  };
  const steps = {
    /** Starts a task and runs it up to its first gate. `run` may reject only because it was killed. */
    async begin(process: number, title: string, run: (gate: Gate, task: Task) => Promise<void>): Promise<Task> {
      const task: Task = { process, title, dead: false, ended: false, parked: [], before: '' };
      tasks.push(task);
      void run(gateOf(task), task)
        .catch((error: unknown) => {
          if (!task.dead) throw error;
        })
        .finally(() => {
          task.ended = true;
          changed(task);
        });
      await quiet(task);
      return task;
    },
    /** Lets one waiting task go on to its next gate. */
    async step(pick: number, except: ReadonlySet<number> = new Set()): Promise<void> {
      const list = waiting().filter((task) => !except.has(task.process));
      const task = list[pick % Math.max(1, list.length)];
      if (task) await move(task);
    },
    /** Lets a task go on until it is about to make a call of that name, or ends. */
    async upTo(task: Task, call: string): Promise<void> {
      while (!task.ended && task.before !== call) await move(task);
    },
    async finish(task: Task): Promise<void> {
      while (!task.ended) await move(task);
    },
    async finishAll(): Promise<void> {
      for (const task of waiting()) await steps.finish(task);
    },
    isAtWork: (process: number) => waiting().some((task) => task.process === process),
    async kill(process: number): Promise<void> {
      for (const task of tasks.filter((one) => one.process === process && !one.ended)) {
        task.dead = true;
        for (const { die } of task.parked.splice(0)) die(new Killed(task.title));
        while (!task.ended) await quiet(task);
      }
    },
  };
  return steps;
}
