import { type ClusterState, eventsAbout, objectsOf } from '../../domain/snapshot/cluster-state.ts';
import { numberAt, recordAt, textAt } from '../../domain/snapshot/fields.ts';
import type { KubeObject, ObjectRef } from '../../domain/snapshot/snapshot.ts';
import { fact, type StateCause } from '../../domain/snapshot/state-cause.ts';
import type { StateCorrelator } from '../../extension-points.ts';

/** CronJobs that start nothing. */
const cronJobs: StateCorrelator = {
  name: 'cron_jobs',
  finds: {
    cron_job_missed: {
      area: 'workload',
      title: 'the CronJob missed so many of its times that it is no longer started',
      object: 'CronJob',
      whose: 'author',
      should: 'set (spec.startingDeadlineSeconds), so that only times of late are counted',
    },
    cron_job_suspended: {
      area: 'workload',
      title: 'the CronJob is suspended',
      object: 'CronJob',
      whose: 'author',
      should: 'false, once whoever suspended it is done',
    },
  },
  find: (state) => [...suspended(state), ...missed(state)],
};

const MISSED_LATELY_MS = 24 * 3_600_000;

const asRef = ({ kind, metadata: { namespace, name } }: KubeObject): ObjectRef => ({ kind, namespace, name });

/** Nobody misses a CronJob that rests; it is only told where nothing else is. */
const suspended = (state: ClusterState): StateCause[] =>
  objectsOf(state, 'CronJob')
    .filter(({ raw }) => recordAt(raw, 'spec').suspend === true)
    .map((object) => ({
      what: 'cron_job_suspended',
      object: asRef(object),
      strength: 0.6,
      facts: [
        fact(asRef(object), 'spec.suspend', true),
        fact(asRef(object), 'status.lastScheduleTime', textAt(object.raw, 'status', 'lastScheduleTime') || 'never'),
      ],
      hurts: [],
      command: `kubectl patch cronjob/${object.metadata.name} -n ${object.metadata.namespace} -p '{"spec":{"suspend":false}}'`,
    }));

const MISSED = /^(?:TooManyMissedTimes|FailedNeedsStart)$|^MissSchedule$/;

const missed = (state: ClusterState): StateCause[] =>
  objectsOf(state, 'CronJob').flatMap((object): StateCause[] => {
    const own = asRef(object);
    const event = eventsAbout(state, own).find(({ reason }) => MISSED.test(reason));
    if (!event || state.at - event.last > MISSED_LATELY_MS) return [];
    return [
      {
        what: 'cron_job_missed',
        object: own,
        strength: event.reason === 'MissSchedule' ? 0.6 : 0.75,
        facts: [
          fact(own, `event ${event.reason} (${event.count} times)`, event.message),
          fact(own, 'spec.startingDeadlineSeconds', numberAt(object.raw, 'spec', 'startingDeadlineSeconds') ?? 'none'),
          fact(own, 'status.lastScheduleTime', textAt(object.raw, 'status', 'lastScheduleTime') || 'never'),
        ],
        hurts: [],
        command: `kubectl patch cronjob/${own.name} -n ${own.namespace} -p '{"spec":{"startingDeadlineSeconds":200}}'`,
      },
    ];
  });

export default cronJobs;
