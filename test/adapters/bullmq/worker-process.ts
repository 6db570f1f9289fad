import { createEffectQueue } from '../../../src/adapters/bullmq/jobs.ts';
import { startSweep } from '../../../src/adapters/bullmq/sweep.ts';
import { startWorker } from '../../../src/adapters/bullmq/worker.ts';
import { connectRedis } from '../../../src/adapters/redis/connect-redis.ts';
import { createIncidentStore, keyPrefix } from '../../../src/adapters/redis/incident-store.ts';

/** A replica in a process of its own. It says which effects it took and finishes them at once, or, told `hang`, takes one and never comes back. */
const [url, hang] = process.argv.slice(2) as [string, string?];
const onError = () => {};
const clock = { now: () => Date.now(), realDelay: (ms: number) => ms };
const store = createIncidentStore({
  redis: await connectRedis({ url, name: 'replica', onError }),
  cluster: 'test',
  clock,
});
const common = { url, prefix: keyPrefix('test'), clock, onError };
const queue = await createEffectQueue(common);
startWorker({
  ...common,
  concurrency: 4,
  handle: async (due) => {
    const claimed = await store.claim(due.id, due.gen, 1_500);
    if (!claimed) return;
    process.stdout.write(`took ${due.id}\n`);
    if (hang === 'hang') await new Promise(() => {});
    await store.finish(due.id, due.gen, claimed.token);
    process.stdout.write(`finished ${due.id}\n`);
  },
});
startSweep({ store, queue, clock, onError });
process.stdout.write('ready\n');
