import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { apiRoutes } from '../../src/adapters/http/api-routes.ts';
import { dispatch } from '../../src/adapters/http/routes.ts';
import { OFFICE_HOURS, workingHours } from '../../src/domain/proof/working-hours.ts';
import { startFixture } from '../adapters/redis/store-fixture.ts';
import { type Expected, expectedOf } from './quarter/expected.ts';
import { play } from './quarter/play.ts';
import { madeUpQuarter, QUARTER_BEGAN } from './quarter/truth.ts';

const INCIDENTS = 2_000;
const AT_ONCE = 32;
const SEED = Number(process.env.NIGHTSHIFT_SOAK_SEED ?? 7);

export const about = 'two thousand incidents with known truth against every figure that is reported';

/**
 * A made-up quarter with known truth: 2,000 incidents, event by event through the machine into a real Redis; then every figure that the API reports against what a program of its own works out from the truth.
 */
export async function run(): Promise<Record<string, unknown>> {
  const began = performance.now();
  const quarter = madeUpQuarter(INCIDENTS, SEED);
  const fixture = await startFixture();
  try {
    const { store, redis } = await fixture.replica({ cluster: 'quarter' });
    await redis.config('SET', 'appendfsync', 'no');
    const deps = {
      store,
      jobs: { wake: async () => {} },
      log: pino({ level: 'silent' }),
      inWorkingHours: workingHours(OFFICE_HOURS),
    };
    const left = quarter.toReversed();
    // Proposals of one service share a group: one after the other.
    const proposals = left.filter(({ way }) => way === 'proposal_lapses');
    const others = left.filter(({ way }) => way !== 'proposal_lapses');
    const worker = async () => {
      for (let truth = others.pop(); truth; truth = others.pop()) await play(deps, truth);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    for (const truth of proposals) await play(deps, truth);
    const now = QUARTER_BEGAN + 91 * 86_400_000;
    const handler = apiRoutes({ token: null, store, now: () => now });
    const server = createServer(dispatch([handler], (error) => console.error(error)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const stats = (await (await fetch(`${url}/api/stats`)).json()) as object;
    server.close();
    const wrong = differences(stats, expectedOf(quarter));
    for (const line of wrong.slice(0, 40)) console.log(line);
    const ended = new Map<string, number>();
    for (const { way } of quarter) ended.set(way, (ended.get(way) ?? 0) + 1);
    console.log([...ended].map(([way, count]) => `${way} ${count}`).join(', '));
    return {
      incidents: quarter.length,
      figures: expectedOf(quarter).size,
      wrong_figures: wrong.length,
      seconds: Math.round((performance.now() - began) / 100) / 10,
    };
  } finally {
    await fixture.end();
  }
}

const GROUPS = ['overall', 'byService', 'byKind', 'byPlaybook', 'byWeek', 'byAction', 'calibration'];

/** Every figure that is another thing, missing, or unknown to the truth. */
function differences(stats: object, expected: Expected): string[] {
  const reported: Expected = new Map();
  for (const group of GROUPS) flatten(reported, group, (stats as Record<string, unknown>)[group]);
  const names = new Set([...reported.keys(), ...expected.keys()]);
  return [...names].flatMap((name) => {
    const [is, must] = [reported.get(name), expected.get(name)];
    return isSame(is, must) ? [] : [`${name}: reported ${is}, must be ${must}`];
  });
}

function flatten(into: Expected, name: string, value: unknown): void {
  if (typeof value === 'number' || value === null) into.set(name, value);
  else for (const [key, inner] of Object.entries(value ?? {})) flatten(into, `${name}.${key}`, inner);
}

const isSame = (is: number | null | undefined, must: number | null | undefined): boolean =>
  typeof is === 'number' && typeof must === 'number'
    ? Math.abs(is - must) <= 1e-9 * Math.max(1, Math.abs(must))
    : is === must;
