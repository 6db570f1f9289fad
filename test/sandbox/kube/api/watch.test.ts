import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { furnish, type Served, serveCluster } from '../serve.ts';

let served: Served;
beforeEach(async () => {
  served = await serveCluster();
  furnish(served);
});
afterEach(() => served.stop());

type Seen = {
  type: string;
  object: { kind: string; code?: number; metadata: { name?: string; annotations?: object } };
};

/** Reads events of a watch until there are `count`, then hangs up. */
async function watch(path: string, count: number, meanwhile: () => void = () => {}): Promise<Seen[]> {
  const hangUp = new AbortController();
  const res = await fetch(served.url + path, { signal: hangUp.signal });
  meanwhile();
  const seen: Seen[] = [];
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of res.body ?? []) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    seen.push(...lines.map((line) => JSON.parse(line) as Seen));
    if (seen.length >= count) break;
  }
  hangUp.abort();
  return seen;
}

const DEPLOYMENTS = '/apis/apps/v1/namespaces/shop/deployments?watch=true';
const label = (tier: string): void => {
  served.cluster.mutate('deployments', 'shop', 'payment-api', (copy) => {
    copy.metadata.labels = { ...copy.metadata.labels, tier };
  });
};

describe('a watch', () => {
  it('without a revision begins with what is there', async () => {
    const seen = await watch(DEPLOYMENTS, 2, () => label('gold'));
    expect(seen.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED']);
  });

  it('from a revision catches up on what was missed', async () => {
    const revision = served.cluster.get('deployments', 'shop', 'payment-api')?.metadata.resourceVersion;
    label('gold');
    label('silver');
    const seen = await watch(`${DEPLOYMENTS}&resourceVersion=${revision}`, 2);
    expect(seen.map(({ type }) => type)).toEqual(['MODIFIED', 'MODIFIED']);
  });

  it('tells an object that leaves the selector as DELETED, one that enters it as ADDED', async () => {
    label('gold');
    const seen = await watch(`${DEPLOYMENTS}&labelSelector=tier%3Dgold`, 3, () => {
      label('silver');
      label('gold');
    });
    expect(seen.map(({ type }) => type)).toEqual(['ADDED', 'DELETED', 'ADDED']);
  });

  it('from a forgotten revision is an ERROR event with code 410', async () => {
    const [only] = await watch(`${DEPLOYMENTS}&resourceVersion=5`, 1);
    expect(only).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410 } });
  });

  it('ends the initial list with a marked bookmark when asked', async () => {
    const seen = await watch(
      `${DEPLOYMENTS}&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan`,
      2,
    );
    expect(seen[1]).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
  });

  it('ends when its time is up, whatever happens after', async () => {
    const res = await fetch(`${served.url}${DEPLOYMENTS}&timeoutSeconds=1`);
    const text = res.text();
    const busy = setInterval(() => label(String(Math.random()).slice(2, 8)), 5);
    expect((await text).startsWith('{"type":"ADDED"')).toBe(true);
    label('after');
    clearInterval(busy);
  });

  it('forgets nothing about a quiet kind while a busy one fills its history', async () => {
    const revision = served.cluster.get('deployments', 'shop', 'payment-api')?.metadata.resourceVersion;
    const pod = served.cluster.list('pods', 'shop')[0];
    for (let i = 0; i < 5000; i += 1) if (pod) served.cluster.event(pod, 'Normal', 'Tick', 'again');
    label('gold');
    const seen = await watch(`${DEPLOYMENTS}&resourceVersion=${revision}`, 1);
    expect(seen[0]?.type).toBe('MODIFIED');
    const [busy] = await watch(`/api/v1/namespaces/shop/events?watch=true&resourceVersion=${revision}`, 1);
    expect(busy?.type).toBe('ERROR');
  });
});
