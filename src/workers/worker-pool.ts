import { Worker } from 'node:worker_threads';

/** Worker threads that all do one thing: a message in, an answer out. */
export type WorkerPool<Input, Output> = {
  /** Waits for a free thread. Rejects when the thread dies over it (the next task gets a new one) or the pool has stopped. */
  run(input: Input): Promise<Output>;
  stop(): Promise<void>;
};

type Task<Input, Output> = { input: Input; resolve(output: Output): void; reject(error: Error): void };

/** Each thread holds some 30 MB, and drawing or training is wanted only now and then. */
const IDLE_MS = 30_000;

/** At most `most` threads on the module at `entry`, started when first needed and ended `idleMs` (of real time) after their last task; they don't keep the process alive. */
export function createWorkerPool<Input, Output>(
  entry: URL,
  most: number,
  idleMs: number = IDLE_MS,
): WorkerPool<Input, Output> {
  const waiting: Task<Input, Output>[] = [];
  const idle: Worker[] = [];
  const endings = new Map<Worker, NodeJS.Timeout>();
  const busy = new Map<Worker, Task<Input, Output> | null>();
  let stopped = false;

  const next = () => {
    while (waiting.length > 0) {
      const worker = idle.pop() ?? (busy.size < most ? start() : undefined);
      const task = worker && waiting.shift();
      if (!worker || !task) return;
      clearTimeout(endings.get(worker));
      busy.set(worker, task);
      worker.postMessage(task.input);
    }
  };
  const forget = (worker: Worker) => {
    clearTimeout(endings.get(worker));
    endings.delete(worker);
    busy.delete(worker);
    const place = idle.indexOf(worker);
    if (place >= 0) idle.splice(place, 1);
  };
  const end = (worker: Worker) => {
    forget(worker);
    void worker.terminate();
  };
  const start = () => {
    const worker = new Worker(entry);
    worker.unref();
    const died = (error: Error) => {
      busy.get(worker)?.reject(error);
      forget(worker);
      next();
    };
    worker.on('message', (output: Output) => {
      busy.get(worker)?.resolve(output);
      busy.set(worker, null);
      idle.push(worker);
      endings.set(worker, setTimeout(() => end(worker), idleMs).unref());
      next();
    });
    worker.on('error', died);
    worker.on('exit', () => died(new Error('the worker thread ended')));
    return worker;
  };

  return {
    run: (input) =>
      new Promise((resolve, reject) => {
        if (stopped) return reject(new Error('the worker pool has stopped'));
        waiting.push({ input, resolve, reject });
        next();
      }),
    async stop() {
      stopped = true;
      for (const ending of endings.values()) clearTimeout(ending);
      for (const task of waiting.splice(0)) task.reject(new Error('the worker pool has stopped'));
      await Promise.all([...busy.keys()].map((worker) => worker.terminate()));
    },
  };
}
