import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyPrefix } from '../../src/adapters/redis/incident-store.ts';
import { migrateIncident, migrateTimelineEntry, SCHEMA } from '../../src/adapters/redis/migrate.ts';
import { incidentMessage } from '../../src/adapters/slack/views/incident-message.ts';
import { type Fixture, startFixture } from '../adapters/redis/store-fixture.ts';
import { allRecorded, restore } from './recorded.ts';
import { replay } from './replay.ts';

/** Incidents as released versions left them in Redis: each is read, shown, and goes on to an end that there is. */

const recorded = await allRecorded();
let fixture: Fixture;
let runs = 0;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());

it('there are histories of every state', () => {
  const states = new Set(recorded.map(({ incident }) => incident.state.name));
  expect([...states].sort()).toEqual([
    'awaiting_approval',
    'closed',
    'escalated',
    'executing',
    'noticed',
    'queued',
    'undoing',
    'verifying',
    'watching',
  ]);
});

describe.each(recorded.map((one) => [`${one.version} ${one.name}`, one] as const))('%s', (_title, one) => {
  it('is read with its timeline and what is due, and can be shown', async () => {
    const cluster = `read-${++runs}`;
    const unreadable: string[] = [];
    const { store, redis } = await fixture.replica({ cluster, onUnreadable: (message) => unreadable.push(message) });
    await restore(redis, keyPrefix(cluster), one);
    const [incident] = await store.list({ limit: 10 });
    const timeline = await store.timeline(one.incident.id);
    const due = [...(await store.listDue(Number.MAX_SAFE_INTEGER, 100))];
    expect(unreadable).toEqual([]);
    expect(incident?.id).toBe(one.incident.id);
    expect(timeline.map(({ message }) => typeof message)).toEqual(one.timeline.map(() => 'string'));
    expect(due).toHaveLength(one.due.length);
    const shown = incidentMessage(incident!, { timeline, paused: await store.pauseState(), approvers: [] });
    expect(JSON.stringify(shown)).not.toMatch(/undefined|NaN|\[object/);
  });

  it('goes on to its end', async () => {
    const { incident, timeline, failures, due } = await replay(fixture, one, `replay-${++runs}`);
    expect(failures).toEqual([]);
    expect(incident.state.name, timeline.map((line) => `${line.type} ${line.to}`).join('\n')).toBe('closed');
    expect(timeline.length).toBeGreaterThanOrEqual(one.timeline.length);
    expect(due).toEqual([]);
  });

  it('is migrated to the newest schema once and for all', () => {
    const migrated = migrateIncident(one.incident);
    expect(migrateIncident({ ...(migrated as object), schema: SCHEMA })).toEqual(migrated);
    const lines = one.timeline.map(migrateTimelineEntry);
    expect(lines.map((line) => migrateTimelineEntry({ ...(line as object), schema: SCHEMA }))).toEqual(lines);
  });
});
