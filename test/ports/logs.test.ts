import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectLoki } from '../../src/adapters/loki/logs.ts';
import type { Logs } from '../../src/ports/logs.ts';
import { startLoki } from '../adapters/loki/loki-server.ts';

/** What every store of log lines does: a stand-in that answers as Loki's documentation has it, and a real Loki where NIGHTSHIFT_TEST_LOKI_URL is one's address. The same lines go into both. */

const T0 = Math.floor(Date.now() / 60_000) * 60_000 - 600_000;
// Of this run alone: a real Loki holds those of earlier ones.
const NAMESPACE = `port-${T0}`;
const WORKLOAD = { kind: 'Deployment' as const, namespace: NAMESPACE, name: 'payment-api' };
const [A, B] = ['payment-api-7d9f8c6b5-x2x2x', 'payment-api-7d9f8c6b5-b4b4b'];
const STREAMS = [
  { labels: { namespace: NAMESPACE, pod: A }, lines: ['ready', 'level=error msg="no route"', 'ready again'] },
  { labels: { namespace: NAMESPACE, pod: B }, lines: ['slow', 'panic: "quoted" \\ and ünïcode 😀'] },
  { labels: { namespace: NAMESPACE, pod: 'payment-api-worker-5c7d9f8b4-zzzzz' }, lines: ["another workload's"] },
  { labels: { namespace: 'elsewhere', pod: A }, lines: ['another namespace'] },
].map(({ labels, lines }) => ({ labels, entries: lines.map((line, n) => ({ at: T0 + n * 1_000, line })) }));

type Part = { logs: Logs; stop(): Promise<void> };

async function standIn(): Promise<Part> {
  const loki = await startLoki();
  loki.streams.push(...STREAMS);
  return { logs: connectLoki({ url: loki.url, timeoutMs: 5_000 }), stop: () => loki.stop() };
}

const url = process.env.NIGHTSHIFT_TEST_LOKI_URL;
async function realLoki(): Promise<Part> {
  const streams = STREAMS.map(({ labels, entries }) => ({
    stream: labels,
    values: entries.map(({ at, line }) => [`${at}000000`, line]),
  }));
  const answer = await fetch(new URL('/loki/api/v1/push', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ streams }),
  });
  if (!answer.ok) throw new Error(`Loki took no lines: ${answer.status} ${await answer.text()}`);
  return { logs: connectLoki({ url: url ?? '', timeoutMs: 10_000 }), stop: async () => {} };
}

const parts: [string, () => Promise<Part>][] = [['a stand-in', standIn], ...(url ? [['Loki', realLoki] as never] : [])];

describe.each(parts)('%s', (_title, open) => {
  let part: Part;
  const texts = async (fromMs: number, toMs: number, limit: number, name = 'payment-api') => {
    const answer = await part.logs.lines({ ...WORKLOAD, name }, fromMs, toMs, limit);
    if (!answer.ok) throw new Error(answer.failure.message);
    return answer.value.map(({ text }) => text);
  };
  beforeAll(async () => {
    part = await open();
  });
  afterAll(() => part.stop());

  it('answers', () => part.logs.ping());

  it("gives the lines of a workload's own pods, oldest first, with who wrote them and how bad they are", async () => {
    const answer = await part.logs.lines(WORKLOAD, T0, T0 + 60_000, 100);
    if (!answer.ok) throw new Error(answer.failure.message);
    const lines = answer.value;
    expect(lines.map(({ at }) => at)).toEqual([...lines.map(({ at }) => at)].sort((a, b) => a - b));
    expect(new Set(lines.map(({ source }) => source))).toEqual(new Set([A, B]));
    expect(lines.filter(({ source }) => source === A).map(({ text, severe }) => [text, severe])).toEqual([
      ['ready', false],
      ['level=error msg="no route"', true],
      ['ready again', false],
    ]);
    expect(lines.map(({ text }) => text)).toContain('panic: "quoted" \\ and ünïcode 😀');
  });

  it('keeps to the span and to the number that are asked for', async () => {
    expect(await texts(T0 + 1_500, T0 + 60_000, 100)).toEqual(['ready again']);
    expect(await texts(T0, T0 + 60_000, 2)).toHaveLength(2);
    expect(await texts(T0 - 60_000, T0 - 1_000, 100)).toEqual([]);
  });

  it('has nothing of a workload that nobody knows, whatever its name tries to be', async () => {
    for (const name of ['nobody', 'pay"} or {pod=~".+', 'payment-api|.+', 'payment\\api'])
      expect(await texts(T0, T0 + 60_000, 100, name)).toEqual([]);
  });
});
