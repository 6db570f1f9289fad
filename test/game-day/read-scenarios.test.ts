import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAULT_KINDS } from '../../sandbox/shop/faults/kinds.ts';
import { SERVICE_NAMES } from '../../sandbox/shop/services.ts';
import { parseScenario, readScenarios, unknownNames } from '../../src/game-day/read-scenarios.ts';

const SHIPPED = join(import.meta.dirname, '../../src/game-day/scenarios');
const OFFER = {
  services: [...SERVICE_NAMES],
  faultKinds: FAULT_KINDS.map(({ kind, services }) => ({ kind, services: [...services] })),
  people: ['U_ONCALL', 'U_SECOND', 'U_GUEST'],
};

const WHOLE = `name: All of it
teaches: every key
start:
  at: Sun 23:59
  seed: 7
  settle: 1m
  services:
    payment-api: { replicas: 5, critical: false, autonomy: ask, timeout: 2m, at_timeout: escalate }
faults:
  - { at: 90s, kind: bad-deploy, service: payment-api, severity: 2, until: 10m }
people:
  - { when: asked, service: payment-api, action: rollback_deployment, after: 5s, do: choose, instead: restart_pod, by: U_SECOND }
commands:
  - { at: 1m, command: pause release, by: U_GUEST }
lasts: 20m
expect:
  incidents:
    - service: [payment-api, checkout-api]
      issue: crash_loop
      cause: null
      actions: []
      authority: person
      outcome: [healed, open]
      noticed_within: 2m
      closed_within: 10m
  at_most: 2
  paged: true
  changed: [deployments/payment-api, pods/payment-api-*]
`;

const errorsIn = (text: string): string[] => {
  const read = parseScenario('x.yaml', text);
  return read.ok ? [] : read.errors.map(({ line, column, message }) => `${line}:${column} ${message}`);
};

describe('a scenario', () => {
  it('is read whole, its times in milliseconds and its beginning as an instant of its week', () => {
    const read = parseScenario('x.yaml', WHOLE);
    if (!read.ok) throw new Error(JSON.stringify(read.errors));
    const { scenario } = read.read;
    expect(new Date(scenario.start.at).toUTCString()).toBe('Sun, 07 Jun 2026 23:59:00 GMT');
    expect(scenario.start.services['payment-api']).toMatchObject({ replicas: 5, timeout: 120_000 });
    expect(scenario.faults).toEqual([
      { at: 90_000, kind: 'bad-deploy', service: 'payment-api', severity: 2, until: 600_000 },
    ]);
    expect(scenario.people[0]).toMatchObject({ do: 'choose', instead: 'restart_pod', after: 5_000 });
    expect(scenario.expect.incidents[0]).toMatchObject({
      service: ['payment-api', 'checkout-api'],
      issue: ['crash_loop'],
      cause: null,
      outcome: ['healed', 'open'],
    });
  });

  it('needs little: the rest has a usual value', () => {
    const read = parseScenario('x.yaml', 'name: N\nteaches: T\nlasts: 5m\nexpect: { at_most: 0 }\n');
    expect(read.ok && read.read.scenario).toMatchObject({
      start: { seed: 42, settle: 180_000, services: {} },
      faults: [],
      people: [],
      expect: { incidents: [], at_most: 0 },
    });
  });

  it.each([
    ['start:\n  at: Sun 23:59', 'start:\n  at: Funday 25:00', /^4:7 start\.at: must be a weekday and a time/],
    ['severity: 2', 'severity: 9', /^10:\d+ faults\[0\]\.severity: /],
    ['at: 90s', 'at: soon', /^10:\d+ faults\[0\]\.at: must be a duration/],
    ['kind: bad-deploy, ', '', /^10:\d+ faults\[0\]\.kind: is missing/],
    ['until: 10m', 'until: 1m', /^10:\d+ faults\[0\]\.until: must be later than at/],
    ['at: 90s', 'at: 30m', /^10:\d+ faults\[0\]\.at: is after the end/],
    ['do: choose', 'do: dance', /^12:\d+ people\[0\]\.do: must be one of approve, /],
    [', instead: restart_pod', '', /^12:\d+ people\[0\]\.instead: goes with/],
    ['at_most: 2', 'at_mots: 2', /^26:3 expect: unknown key "at_mots"/],
    ['outcome: [healed, open]', 'outcome: cured', /^23:\d+ expect\.incidents\[0\]\.outcome: must be one of healed, /],
    ['pods/payment-api-*', 'payment-api', /^28:\d+ expect\.changed\[1\]: must be resource\/name/],
    ['lasts: 20m\n', '', /^1:1 lasts: /],
    ['teaches: every key', 'teaches: [', /^\d+:\d+ /],
  ])('with %j as %j is refused, with line, column and field', (good, bad, error) => {
    expect(WHOLE).toContain(good);
    const errors = errorsIn(WHOLE.replace(good, bad));
    expect(errors[0]).toMatch(error);
  });

  it('that names what the sandbox does not have is refused at that line', () => {
    const text = WHOLE.replace('kind: bad-deploy', 'kind: good-deploy')
      .replace('by: U_GUEST', 'by: U_NOBODY')
      .replace('    payment-api: {', '    payments: {');
    const read = parseScenario('x.yaml', text);
    if (!read.ok) throw new Error('it reads');
    const errors = unknownNames(read.read, OFFER);
    expect(errors.map(({ line, message }) => `${line} ${message}`)).toEqual([
      expect.stringMatching(/^10 faults\[0\]\.kind: no fault is called "good-deploy"; there are bad-deploy, /),
      expect.stringMatching(/^8 start\.services: no service is called "payments"/),
      expect.stringMatching(/^14 commands\[0\]\.by: nobody is called "U_NOBODY"/),
    ]);
  });
});

describe('a folder of scenarios', () => {
  it('is read in the order of its names, and every error of every file is told', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nightshift-scenarios-'));
    try {
      await writeFile(join(folder, 'b.yaml'), WHOLE);
      await writeFile(join(folder, 'a.yml'), WHOLE.replace('All of it', 'First'));
      await writeFile(join(folder, 'notes.txt'), 'no scenario');
      const read = await readScenarios(folder);
      expect(read.ok && read.files.map(({ scenario }) => scenario.name)).toEqual(['First', 'All of it']);
      await writeFile(join(folder, 'c.yaml'), 'name: N\n');
      const wrong = await readScenarios(folder);
      expect(!wrong.ok && wrong.errors.map(({ file, message }) => `${file.slice(-6)} ${message}`)).toEqual([
        'c.yaml teaches: is missing',
        expect.stringContaining('c.yaml lasts: '),
        expect.stringContaining('c.yaml expect: '),
      ]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('that is not there is an error, not an empty game day', async () => {
    const read = await readScenarios(join(SHIPPED, 'nowhere'));
    expect(read).toMatchObject({ ok: false, errors: [{ message: expect.stringContaining("can't be read") }] });
  });
});

describe('the shipped scenarios', () => {
  it('are a dozen or more, and name only what the sandbox has', async () => {
    const read = await readScenarios(SHIPPED);
    if (!read.ok) throw new Error(JSON.stringify(read.errors));
    expect(read.files.length).toBeGreaterThanOrEqual(12);
    expect(new Set(read.files.map(({ scenario }) => scenario.name)).size).toBe(read.files.length);
    expect(read.files.flatMap((file) => unknownNames(file, OFFER))).toEqual([]);
  });
});
