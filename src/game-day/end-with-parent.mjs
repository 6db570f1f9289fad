import { isMainThread } from 'node:worker_threads';

/** Loaded before the app: it ends when whoever started it ends, however that comes about, since its input is closed then. A worker thread's input is always at its end. */
if (isMainThread) {
  process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM')).resume();
  process.stdin.unref?.();
}
