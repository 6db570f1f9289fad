import { fileURLToPath } from 'node:url';
import { type SignIn, shownUrl } from '../adapters/outgoing/http-client.ts';
import { loadPlaybooks } from '../adapters/playbooks/load-playbooks.ts';
import { connectPrometheus } from '../adapters/prometheus/metrics.ts';
import { readSettingsOf } from '../app/config.ts';
import { loadModules } from '../app/load-modules.ts';
import { unreachableMetrics } from '../app/missing-parts.ts';
import type { Settings } from '../app/settings.ts';
import { maskText } from '../domain/mask-text.ts';
import { playbookKey } from '../domain/playbook.ts';
import type { Playbook } from '../domain/types/playbook.ts';
import type { Action, Correlator, Detector, IssueKind } from '../extension-points.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Learned } from './deps.ts';
import { pastMetrics } from './past-metrics.ts';
import type { RecordedIncident } from './recorded-incident.ts';

/** What is wrong with what was asked for, a line each; each names the option. */
export class BacktestErrors extends Error {
  override readonly name = 'BacktestErrors';
}

export type BacktestOptions = {
  /** Epoch ms; null: all of a file, the last 24 hours of Prometheus. */
  from: number | null;
  to: number | null;
  /** Null: the shipped ones. */
  playbooks: string | null;
  against: string | null;
  config: string | null;
  prometheus: string | null;
  /** Files, or for incidents the address of a Nightshift. At most one of them; without any, Prometheus' own record. */
  incidents: string | null;
  alerts: string | null;
  /** Incidents to compare the decisions with. */
  live: string | null;
  token: string | null;
  /** To Prometheus. */
  signIn?: SignIn;
  /** A step is needless when the trouble went by itself within this time. */
  withinMs: number;
};

/** `share` in [0, 1] of the part of the work that `message` names. */
export type WorldTold = (message: string, share: number) => void;

const QUERY_MS = 60_000;
/** A namespace's pods in one answer. */
const MOST_SERIES = 50_000;
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Everything that judges, and what is known of the past. `past` answers as of `at.now`. */
export type PastWorld = {
  settings: Settings;
  actions: Action[];
  detectors: Detector[];
  correlators: Correlator[];
  kinds: IssueKind[];
  metrics: Metrics | null;
  past: { metrics: Metrics; at: { now: number } };
  learned: Learned;
  live: RecordedIncident[];
  unknown: Set<string>;
  failed: Set<string>;
  cutOff: Set<string>;
};

/** Loads and connects all that a backtest needs. Rejects with BacktestErrors. */
export async function worldOf(options: BacktestOptions): Promise<PastWorld> {
  const given = [options.incidents, options.alerts].filter((one) => one !== null);
  if (given.length > 1)
    throw new BacktestErrors('--incidents, --alerts: only one of them can be where the alerts come from');
  if (given.length === 0 && options.prometheus === null)
    throw new BacktestErrors(
      'nothing to read from: give --prometheus URL (or PROMETHEUS_URL), --incidents FILE or URL, or --alerts FILE',
    );
  if (options.live !== null && options.incidents !== null)
    throw new BacktestErrors('--live: what comes from --incidents is compared with those incidents already');
  const settings = readSettingsOf(options.config);
  if (!settings.ok) throw new BacktestErrors(settings.errors.map((one) => `--config: ${one}`).join('\n'));
  const metrics =
    options.prometheus === null
      ? null
      : connectPrometheus({ ...options.signIn, url: options.prometheus, timeoutMs: QUERY_MS, maxSeries: MOST_SERIES });
  if (metrics)
    await metrics.ping().catch((error: unknown) => {
      throw new BacktestErrors(
        `--prometheus: ${maskText(shownUrl(options.prometheus ?? ''), 200)}: ${worldWordsOf(error)}`,
      );
    });
  const [actions, detectors, correlators, kinds] = await Promise.all([
    loadModules<Action>(here('../actions')),
    loadModules<Detector>(here('../detectors')),
    loadModules<Correlator>(here('../correlators')),
    loadModules<IssueKind>(here('../kinds')),
  ]);
  const at = { now: 0 };
  const past = { at, metrics: pastMetrics(metrics ?? unreachableMetrics(), () => at.now) };
  return {
    ...{ settings: settings.settings, actions, detectors, correlators, kinds, metrics, past },
    learned: new Map(),
    live: [],
    unknown: new Set(),
    failed: new Set(),
    cutOff: new Set(),
  };
}

/** The shipped playbooks, with those of a folder on top. */
export async function playbooksOf(option: string, folder: string | null): Promise<Map<string, Playbook>> {
  try {
    const all = await loadPlaybooks([here('../../playbooks'), ...(folder === null ? [] : [folder])]);
    return new Map(all.map((playbook) => [playbookKey(playbook), playbook]));
  } catch (error) {
    throw new BacktestErrors(`${option}: ${worldWordsOf(error)}`);
  }
}

export const worldWordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
