import type { QueryOptions } from '../adapters/prometheus/service-queries.ts';
import type { OwnCluster } from '../domain/alert-admission.ts';
import type { WorkingHours } from '../domain/proof/working-hours.ts';
import type { ChannelRule, Night } from '../domain/routing.ts';
import type { Shifts } from '../domain/shift-end.ts';
import type { DemandSettings } from '../domain/types/demand.ts';
import type { ServicePolicy } from '../domain/types/service-policy.ts';
import type { ChangeWindow } from '../domain/windows.ts';
import { type Settings, UNNAMED_CLUSTER, WEEKDAYS } from './settings.ts';

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** When a call for a person finds them at work. */
export const workingHoursOf = ({ working_hours: hours }: Settings): WorkingHours => ({
  timezone: hours.timezone,
  days: hours.days.map((day) => WEEKDAYS.indexOf(day) + 1),
  from: minuteOf(hours.from),
  to: minuteOf(hours.to),
});

/** When the channel is told what the next person should know. */
export const shiftsOf = ({ shifts }: Pick<Settings, 'shifts'>): Shifts => ({
  timezone: shifts.timezone,
  ends: shifts.ends.map(minuteOf),
});

const dayNumbers = (days: (typeof WEEKDAYS)[number][]): number[] => days.map((day) => (WEEKDAYS.indexOf(day) + 1) % 7);

/** Where incidents are posted, as the domain has it. */
export const channelRulesOf = ({ channels }: Pick<Settings, 'channels'>): ChannelRule[] =>
  channels.map(({ severities, ...rule }) => ({ ...rule, severities: severities ?? null }));

/** When less is worth waking somebody; null: never. */
export const nightOf = ({ night }: Pick<Settings, 'night'>): Night | null =>
  night === undefined
    ? null
    : {
        time: {
          ...{ fromMin: minuteOf(night.from), toMin: minuteOf(night.to), zone: night.timezone },
          ...(night.days ? { days: dayNumbers(night.days) } : {}),
        },
        ...{ mention: night.mention, page: night.page },
      };

/** Freezes and quiet hours as the domain has them. */
export const windowsOf = ({ windows }: Pick<Settings, 'windows'>): ChangeWindow[] =>
  windows.map(({ name, namespaces, services, timezone, between, daily }): ChangeWindow => {
    const at = (text: string) => (text.length === 10 ? `${text}T00:00` : text);
    const span: ChangeWindow['span'] = between
      ? { kind: 'between', from: at(between.from), to: at(between.to), zone: timezone }
      : {
          kind: 'daily',
          time: {
            fromMin: minuteOf(daily?.from ?? '00:00'),
            toMin: minuteOf(daily?.to ?? '00:00'),
            zone: timezone,
            ...(daily?.days ? { days: dayNumbers(daily.days) } : {}),
          },
        };
    return { name, namespaces, services, span };
  });

/** What the configuration says of one service, by the most specific entry that fits; a service that nobody listed counts as critical, and so does one that only a `*` stands for, unless that says otherwise. */
export function policyFor(settings: Settings, namespace: string, service: string, action?: string): ServicePolicy {
  const entry = entryOf(settings, namespace, service);
  const listed = entry !== undefined;
  const critical = entry?.critical ?? (!listed || entry.name === '*');
  const rules = settings.approvals.filter((rule) => {
    const fits = (names: string[], name: string | undefined) => names.includes('*') || names.includes(name ?? '');
    return (
      fits(rule.namespaces, namespace) &&
      fits(rule.services, service) &&
      fits(rule.actions, action) &&
      (rule.critical === undefined || rule.critical === critical)
    );
  });
  const byRule = rules.find(({ approvers }) => approvers !== undefined)?.approvers;
  return {
    listed,
    critical,
    pageQuestions: entry?.page_questions ?? false,
    autonomy: entry?.autonomy ?? settings.defaults.autonomy,
    timeoutMs: entry?.timeout ?? settings.defaults.timeout,
    atTimeout: entry?.at_timeout ?? settings.defaults.at_timeout ?? null,
    approvers: byRule ?? entry?.approvers ?? settings.approvers,
    ...(rules.find((rule) => rule.four_eyes !== undefined)?.four_eyes ? { fourEyes: true as const } : {}),
    ...(settings.break_glass.length > 0 ? { breakGlass: settings.break_glass } : {}),
    ...(entry?.objective ? { objective: objectiveOf(entry.objective) } : {}),
  };
}

const objectiveOf = ({
  latency_p99: latency,
  error_ratio: errorRatio,
}: NonNullable<Settings['services'][number]['objective']>): NonNullable<ServicePolicy['objective']> => ({
  ...(latency === undefined ? {} : { latencyP99Seconds: latency / 1000 }),
  ...(errorRatio === undefined ? {} : { errorRatio }),
});

/** A name says more than a namespace, and both say more than one; of two that say as much the first. */
function entryOf(settings: Settings, namespace: string, service: string): Settings['services'][number] | undefined {
  const fitting = settings.services.filter(
    (one) => ['*', namespace].includes(one.namespace) && ['*', service].includes(one.name),
  );
  const says = (one: Settings['services'][number]) => (one.name === '*' ? 0 : 2) + (one.namespace === '*' ? 0 : 1);
  return fitting.toSorted((one, other) => says(other) - says(one))[0];
}

const FEWEST_REPLICAS = 2;
const REQUESTS_PER_REPLICA = 100;

/** What the configuration says of how one service is scaled ahead of its demand. */
export function demandSettings(settings: Settings, namespace: string, service: string): DemandSettings {
  const entry = entryOf(settings, namespace, service);
  return {
    timezone: entry?.timezone ?? 'UTC',
    perReplica: entry?.requests_per_replica ?? REQUESTS_PER_REPLICA,
    minReplicas: Math.min(FEWEST_REPLICAS, settings.limits.max_replicas),
    maxReplicas: settings.limits.max_replicas,
  };
}

/** By what alerts of this cluster are told from others'. Whoever named neither the cluster nor its values has only one. */
export function ownCluster({ cluster, alerts }: Settings): OwnCluster {
  const values = [...(cluster === UNNAMED_CLUSTER ? [] : [cluster]), ...alerts.cluster_values];
  return { label: alerts.cluster_label, values: values.length > 0 ? values : null };
}

/** What `queries:` replaces. */
export function queryOptions({ queries, speakers }: Settings): QueryOptions {
  const { window, quick_window: quickWindow, ...own } = queries;
  const given = Object.entries(own).filter(([, template]) => template !== undefined);
  return {
    speakers,
    templates: Object.fromEntries(given),
    ...(window ? { window } : {}),
    ...(quickWindow ? { quickWindow } : {}),
  };
}
