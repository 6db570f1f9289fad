import { describe, expect, it } from 'vitest';
import {
  migrateEffectKind,
  migrateIncident,
  migrateTimelineEntry,
  SCHEMA,
} from '../../../src/adapters/redis/migrate.ts';
import { incidentFrom, incidentJson, StoreUnreadable, timelineEntryFrom } from '../../../src/adapters/redis/stored.ts';
import { incidentOf } from '../../domain/examples.ts';
import { allRecorded } from '../../histories/recorded.ts';

/** Whole recorded incidents are in test/histories; here is what single rows of the table do. */

describe('an incident of 0.1.0', () => {
  it('has its fields and words under the names of today', () => {
    const stored = {
      state: { name: 'queued', waiting: { code: 'trouble_gone', words: 'gone' }, atTimeout: 'lapse' },
      diagnosis: {
        issue: { words: 'slow' },
        jam: { what: 'waits_outside' },
        affected: { nodes: [{ name: 'a', hurts: true }], edges: [], more: 0 },
      },
      passedOver: [{ action: 'x', reason: 'spent', words: 'tried' }],
      spent: ['x@u'],
    };
    expect(migrateIncident(stored)).toEqual({
      state: { name: 'queued', waiting: { code: 'resolved', message: 'gone' }, atTimeout: 'expire' },
      diagnosis: {
        issue: { message: 'slow' },
        bottleneck: { what: 'blocked_on_dependency' },
        affected: { nodes: [{ name: 'a', isSymptom: true }], edges: [], more: 0 },
      },
      skippedSteps: [{ action: 'x', reason: 'attempted', message: 'tried' }],
      attempted: ['x@u'],
    });
  });

  it('keeps what people and actions wrote in words of their own', () => {
    const stored = {
      alerts: [{ fingerprint: 'f', labels: { words: 'a label', spent: '1' } }],
      options: [{ plan: { data: { words: 'its own' } }, step: { params: { words: 'given' } } }],
      executions: [{ words: 'done', undo: { words: 'its own' } }],
    };
    expect(migrateIncident(stored)).toMatchObject({
      alerts: [{ labels: { words: 'a label', spent: '1' } }],
      options: [{ plan: { data: { words: 'its own' } }, step: { params: { words: 'given' } } }],
      executions: [{ message: 'done', undo: { words: 'its own' } }],
    });
  });

  it('has no name of 0.1.0 left anywhere that is ours', async () => {
    const OLD = [
      'words',
      'passedOver',
      'spent',
      'jam',
      'hurts',
      'trouble_gone',
      'calm_seen',
      'level_due',
      'waits_outside',
    ];
    for (const { version, incident, timeline } of await allRecorded()) {
      if (version !== '0.1.0') continue;
      const read = ours([migrateIncident(incident), timeline.map(migrateTimelineEntry)]);
      expect(OLD.filter((name) => read.includes(`"${name}"`))).toEqual([]);
    }
  });
});

it('a line of a timeline and a due effect are read the same way', () => {
  const line = { at: 1, type: 'trouble_gone', words: 'well', by: null, from: 'noticed', to: 'closed' };
  expect(timelineEntryFrom(JSON.stringify(line))).toMatchObject({ type: 'resolved', message: 'well' });
  expect(migrateEffectKind('tell')).toBe('notify');
});

it('what this version writes is read back as it was', () => {
  const incident = incidentOf({ version: 1 });
  expect(JSON.parse(incidentJson(incident))).toMatchObject({ schema: SCHEMA });
  expect(incidentFrom(incidentJson(incident))).toEqual(incident);
});

it('what a newer version wrote is refused, and never guessed at', () => {
  const newer = JSON.stringify({ ...incidentOf({ version: 1 }), schema: SCHEMA + 1 });
  expect(() => incidentFrom(newer)).toThrow(StoreUnreadable);
  expect(() => incidentFrom(newer)).toThrow(/newer version/);
});

/** Without what others wrote into it. */
const ours = (json: unknown): string =>
  JSON.stringify(json, (name, value: unknown) =>
    ['labels', 'annotations', 'data', 'undo', 'params'].includes(name) ? undefined : value,
  );
