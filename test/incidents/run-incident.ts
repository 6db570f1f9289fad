import type { KubeObject } from '../../sandbox/kube/cluster.ts';
import { createPeople } from '../../src/pipeline/people.ts';
import { receiveAlerts } from '../../src/pipeline/receive-alerts.ts';
import { runEffect } from '../../src/pipeline/run-effect.ts';
import { stagesByKind } from '../../src/pipeline/stages.ts';
import type { MetricName } from '../../src/ports/metrics.ts';
import { type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import type { Fixture } from '../adapters/redis/store-fixture.ts';
import { alertOf } from '../domain/examples.ts';
import { createLife } from './life.ts';
import { storyDeps } from './story-deps.ts';

/** What happens around an incident, each at so many seconds of the story. */
export type Story = {
  /** What runs when it begins; it has had a minute to get ready. */
  cluster: KubeObject[];
  /** What the cluster goes through. */
  happens?: [at: number, what: (small: SmallCluster) => void][];
  /** What is measured of a service at an instant of the story (s); null: nothing is. Without it nothing answers for any. */
  metrics?: (metric: MetricName, service: string, at: number) => number | null;
  alerts: { at: number; name: string; service: string; endsAt?: number }[];
  clicks?: {
    at: number;
    user: string;
    press: 'approve' | 'reject' | 'escalate' | 'hold' | 'undo' | 'close' | 'false_alarm';
  }[];
  /** What people want done by hand. */
  runs?: { at: number; user: string; action: string; target: string; params?: Record<string, string> }[];
  /** Services that are asked about; the others are acted upon by themselves. */
  critical?: string[];
  seconds: number;
};

const TURN_S = 5;
const READY_S = 60;

/**
 * Runs a story through the real pipeline: store (Redis), stages, actions, correlators, kinds and playbooks are the app's, the cluster is the sandbox's API server over HTTP. Answers the incident's life as text, a line for
 * each change of state, message, page, click and change of the cluster.
 */
export async function runIncident(fixture: Fixture, name: string, story: Story): Promise<string> {
  const small = await startSmallCluster();
  try {
    for (const object of story.cluster) small.kube.apply(object);
    small.run(READY_S);
    return await lifeOf(fixture, name, story, small);
  } finally {
    await small.stop();
  }
}

async function lifeOf(fixture: Fixture, name: string, story: Story, small: SmallCluster): Promise<string> {
  const { store } = await fixture.replica({ cluster: name });
  const began = small.now();
  fixture.clock.set(began);
  const second = () => Math.round((small.now() - began) / 1000);
  const life = createLife(second);
  const deps = await storyDeps({ store, small, story, second, life });
  const people = createPeople(deps);
  for (; second() <= story.seconds; small.run(TURN_S)) {
    fixture.clock.set(small.now());
    const now = second();
    const isNow = ({ at }: { at: number }) => at > now - TURN_S && at <= now;
    for (const [at, what] of story.happens ?? []) if (isNow({ at })) what(small);
    for (const alert of story.alerts) {
      const status = isNow(alert) ? 'firing' : isNow({ at: alert.endsAt ?? Number.NaN }) ? 'resolved' : null;
      if (status === null) continue;
      life.says('alert', `${alert.name} of ${alert.service} ${status === 'firing' ? 'fires' : 'is resolved'}`);
      const endsAt = status === 'firing' ? null : small.now();
      const labels = { alertname: alert.name, namespace: 'shop', deployment: alert.service, severity: 'critical' };
      const given = {
        fingerprint: `${alert.name}-${alert.service}`,
        name: alert.name,
        labels,
        status,
        endsAt,
      } as const;
      const subject = { cluster: 'test', namespace: 'shop', service: alert.service };
      const startsAt = began + alert.at * 1000;
      await receiveAlerts(deps, [{ alert: alertOf({ ...given, startsAt }), subject }], new Map());
      life.sees(await store.list({ limit: 10 }), small.changes());
    }
    for (const { user, action, target, params = {} } of (story.runs ?? []).filter(isNow)) {
      const { message } = await people.run({ action, target, params }, user);
      life.says('run', `${action} ${target} by ${user}: ${message.replaceAll(/INC-[\w.-]+/g, 'INC-n')}`);
      life.sees(await store.list({ limit: 10 }), small.changes());
    }
    for (const click of (story.clicks ?? []).filter(isNow)) {
      const [incident] = await store.list({ limit: 1 });
      const { message } = await pressed(people, incident?.id ?? '', click);
      life.says('click', `${click.press} by ${click.user}: ${message}`);
      life.sees(await store.list({ limit: 10 }), small.changes());
    }
    for (let due = await store.listDue(small.now(), 50); due.length > 0; due = await store.listDue(small.now(), 50))
      for (const one of due) {
        await runEffect(deps, stagesByKind, one);
        life.sees(await store.list({ limit: 10 }), small.changes());
      }
    life.sees(await store.list({ limit: 10 }), small.changes());
  }
  return life.text();
}

type People = ReturnType<typeof createPeople>;

function pressed(people: People, id: string, { user, press }: { user: string; press: string }) {
  switch (press) {
    case 'approve':
      return people.approve(id, user, null);
    case 'hold':
      return people.hold(id, user, 30 * 60_000);
    case 'undo':
      return people.undo(id, user);
    case 'close':
      return people.close(id, user, 'healed_by_human');
    case 'reject':
      return people.reject(id, user, 'next');
    case 'escalate':
      return people.reject(id, user, 'escalate');
    default:
      return people.reject(id, user, 'false_alarm');
  }
}
