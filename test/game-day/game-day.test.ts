import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readIncidentId } from '../../src/domain/incident-id.ts';
import type { Report } from '../../src/game-day/report.ts';
import { gameDay } from '../../src/game-day/run.ts';

/** A whole game day: the real app in a process of its own, a fault, a person, a report. */

const SCENARIO = `name: A bad deploy | <!channel>
teaches: the rollback of a service that is not critical
start: { at: Tue 13:30, seed: 7, settle: 1m, services: { catalog-api: { autonomy: ask }, recommendations: { replicas: 3 } } }
faults:
  - { at: 20s, kind: bad-deploy, service: catalog-api }
people:
  - { when: asked, after: 10s, do: approve, by: U_SECOND }
lasts: 20m
expect:
  incidents:
    - { service: catalog-api, cause: catalog-api, actions: [rollback_deployment], authority: person, outcome: healed }
  at_most: 1
  paged: false
  changed: [deployments/catalog-api]
`;

let folder: string;
let before: string | undefined;
let shown: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-test-'));
  before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  shown = '';
});
afterEach(async () => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  await rm(folder, { recursive: true, force: true });
});

const play = async (text: string, out: string | null, signal = new AbortController().signal) => {
  const file = join(folder, 'scenario.yaml');
  await writeFile(file, text);
  const terminal = {
    write: (message: string) => {
      shown += message;
    },
  };
  return gameDay(file, { speed: 30, out, terminal, env: process.env, signal });
};
const leftBehind = async () => (await readdir(folder)).filter((name) => name.startsWith('nightshift-game-day-'));

describe('a game day', () => {
  it('ends with every expectation judged by what was seen, and leaves nothing behind', async () => {
    const out = join(folder, 'report.json');
    const code = await play(SCENARIO, out);
    expect(shown).toContain('✔ catalog-api: ends healed: healed');
    expect(code, shown).toBe(0);
    const report = JSON.parse(await readFile(out, 'utf8')) as Report;
    expect(report).toMatchObject({ passed: true, seed: 7, facts: { faults: [{ kind: 'bad-deploy' }] } });
    expect(new Date(report.facts.beganAt).toISOString()).toMatch(/^2026-06-02T13:3/);
    const { incidents, deeds, changes } = report.facts;
    expect(incidents[0]?.mttrMs).toBeGreaterThan(0);
    expect(incidents.map(({ id }) => readIncidentId(id))).toEqual([{ number: 1, epoch: expect.any(String) }]);
    expect(deeds.map(({ by, message }) => `${by} ${message}`)).toEqual([`U_SECOND approve, ${incidents[0]?.id}`]);
    expect(changes.map(({ method, target }) => `${method} ${target}`)).toEqual(['PATCH deployments/catalog-api']);
    expect(await leftBehind()).toEqual([]);
  }, 90_000);

  it('says no before anything is broken when the sandbox does not know what the file names', async () => {
    const code = await play(SCENARIO.replace('kind: bad-deploy', 'kind: bad-day'), null);
    expect(code).toBe(1);
    expect(shown).toMatch(
      /scenario\.yaml:5:\d+: faults\[0\]\.kind: no fault is called "bad-day"; there are bad-deploy/,
    );
    expect(await leftBehind()).toEqual([]);
  }, 60_000);

  it('ends the app that it started when it is ended itself', async () => {
    const ending = new AbortController();
    const played = play(SCENARIO, null, ending.signal);
    played.catch(() => undefined);
    while ((await leftBehind()).length === 0) await sleep(20);
    await sleep(1_500);
    ending.abort();
    await expect(played).rejects.toThrow();
    expect(await leftBehind()).toEqual([]);
  }, 60_000);
});
