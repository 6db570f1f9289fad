import { describe, expect, it } from 'vitest';
import type { Deps } from '../../src/app/deps.ts';
import type { TimelineEntry } from '../../src/domain/incident.ts';
import type { Event } from '../../src/domain/incident-event.ts';
import { transition } from '../../src/domain/transition.ts';
import type { AffectedNode, AffectedPart } from '../../src/domain/types/diagnosis.ts';
import { graphOf, isGraphDue, sendGraph } from '../../src/pipeline/notify-graph.ts';
import type { GraphPicture } from '../../src/ports/charts.ts';
import type { ThreadImage } from '../../src/ports/chat.ts';
import { anIncident } from '../adapters/redis/store-fixture.ts';
import { diagnosisOf } from '../domain/examples.ts';

const node = (name: string, over: Partial<AffectedNode> = {}): AffectedNode => ({
  name,
  health: 'normal',
  signs: [],
  isSymptom: false,
  probability: null,
  cause: false,
  ...over,
});
const affected: AffectedPart = {
  nodes: [node('payment-api', { isSymptom: true, health: 'abnormal', signs: ['latency 1 s → 3 s'] }), node('web')],
  edges: [{ from: 'web', to: 'payment-api' }],
  more: 0,
};
const diagnosis = diagnosisOf({ affected });
const cause = diagnosis.causes[0]!.entity.name;
const one = anIncident('INC-1', 'INC-1', {
  diagnosis,
  message: { channel: 'C', ts: '1', digest: '', at: 0, threaded: 0 },
});
const line = (type: TimelineEntry['type']): TimelineEntry => ({
  at: 1,
  type,
  message: '',
  by: null,
  from: 'noticed',
  to: 'watching',
});

describe('the graph in the thread', () => {
  it('comes once for each cause that is named, with the news of the diagnosis', () => {
    expect(isGraphDue([line('diagnosed')], one)).toBe(true);
    expect(isGraphDue([line('alerts')], one)).toBe(false);
    expect(isGraphDue([line('diagnosed')], { ...one, graph: { file: 'F1', of: cause } })).toBe(false);
    expect(isGraphDue([line('diagnosed')], { ...one, graph: { file: 'F1', of: 'another' } })).toBe(true);
  });

  it('does not come for a single box, nor for a diagnosis of an older version, which has none', () => {
    const alone = diagnosisOf({ affected: { nodes: affected.nodes.slice(0, 1), edges: [], more: 0 } });
    expect(isGraphDue([line('diagnosed')], { ...one, diagnosis: alone })).toBe(false);
    const { affected: _, ...older } = diagnosis;
    expect(isGraphDue([line('diagnosed')], { ...one, diagnosis: older })).toBe(false);
    expect(graphOf('payment-api', older)).toBeNull();
  });

  it('says the verdict in words, and never a name where none is sure enough', () => {
    expect(graphOf('web', { ...diagnosis, affected })?.subtitle).toMatch(
      new RegExp(`^Likely cause: ${cause} \\(\\d+ %\\)$`),
    );
    expect(graphOf(cause, { ...diagnosis, affected })?.subtitle).toContain(`${cause} itself`);
    expect(graphOf('web', { affected, causes: diagnosis.causes, named: false })?.subtitle).toMatch(
      /^No cause is sure enough/,
    );
    expect(graphOf('web', { affected, causes: [], named: false })?.subtitle).toBe('No cause was found');
  });

  it('is remembered with the incident, changes no state, and asks for no new message', async () => {
    const drawn: GraphPicture[] = [];
    const sent: ThreadImage[] = [];
    const recorded: Event[] = [];
    const deps = {
      clock: { now: () => 5 },
      charts: {
        drawGraph: async (picture: GraphPicture) => {
          drawn.push(picture);
          return Buffer.from('png');
        },
      },
      chat: {
        threadImage: async (_: unknown, image: ThreadImage) => {
          sent.push(image);
          return { ok: true, channel: 'C', ts: '1', file: 'F7' };
        },
      },
      store: {
        load: async () => one,
        save: async ({ after }: { after: typeof one }) => {
          recorded.push(after.graph as never);
          return { kind: 'saved', due: [] };
        },
      },
      jobs: { wake: async () => undefined },
      log: { warn: (fields: unknown) => expect.fail(JSON.stringify(fields)) },
    } as unknown as Deps;
    sendGraph(deps, one);
    await expect.poll(() => recorded).toEqual([{ file: 'F7', of: cause }]);
    expect(sent[0]?.altText).toContain('payment-api (not normal, latency 1 s → 3 s)');
    expect(sent[0]?.altText).toContain('web → payment-api');
    expect(drawn[0]?.part).toEqual(affected);
    const made = transition(one, { type: 'pictured', at: 5, file: 'F7', of: cause });
    expect([made.incident.state, made.effects, made.timeline]).toEqual([one.state, [], []]);
  });
});
