import { parentPort, threadId } from 'node:worker_threads';

/** A thread that answers which one it is, after as many ms as it is told; told less than none, it dies. */
parentPort?.on('message', (ms: number) => {
  if (ms < 0) throw new Error('told to die');
  setTimeout(() => parentPort?.postMessage(threadId), ms);
});
