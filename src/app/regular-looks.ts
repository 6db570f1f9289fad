import type { Logger } from 'pino';
import { createPauseWatch } from '../pipeline/pause-watch.ts';
import { LIST_EVERY_MS, showList } from '../pipeline/show-list.ts';
import type { AlertManager } from '../ports/alert-manager.ts';
import { watchHeartbeat } from '../watch/heartbeat.ts';
import { keepConfigs } from '../watch/keep-configs.ts';
import { tellShift } from '../watch/shift.ts';
import { tellWeek } from '../watch/weekly.ts';
import type { Approvers } from './approvers.ts';
import { catchUp } from './catch-up.ts';
import type { Config } from './config.ts';
import type { Deps } from './deps.ts';
import { shiftsOf, workingHoursOf } from './policy.ts';
import { lookEvery } from './scanner.ts';

const HEARTBEAT_LOOK_MS = 30_000;
const MUTES_LOOK_MS = 5_000;
const PAUSE_LOOK_MS = 30_000;
const PLAYBOOKS_EVERY_MS = 5_000;
const CATCH_UP_MS = 5 * 60_000;
const CONFIGS_EVERY_MS = 5 * 60_000;
const SHIFT_LOOK_MS = 60_000;
const WEEKLY_LOOK_MS = 5 * 60_000;

type Looking = {
  deps: Deps;
  config: Config;
  heartbeat: Parameters<typeof watchHeartbeat>[0];
  heardOnce: Parameters<typeof tellWeek>[0]['heardOnce'];
  mutes: { look(): Promise<void> };
  approvers: Approvers;
  reread(): Promise<void>;
  intake: Parameters<typeof catchUp>[1];
  alertManager: AlertManager | undefined;
};

/** All that is looked at again and again beside the scan, each at its own pace. Returns how to stop. */
export function lookRegularly(looking: Looking, log: Logger): () => void {
  const { deps, config, heartbeat, heardOnce, mutes, approvers, reread, intake, alertManager } = looking;
  const { settings } = config;
  const once = heardOnce;
  const watchPause = createPauseWatch({ ...deps, cluster: settings.cluster, once, approvers: settings.approvers });
  const hours = workingHoursOf(settings);
  const shifts = shiftsOf(settings);
  // By the wall, however fast the app's clock runs.
  const byTheWall = (ms: number) => ms / Math.max(1e-3, deps.clock.realDelay(1));
  const looks: [everyMs: number, look: () => Promise<void>][] = [
    [byTheWall(approvers.everyMs), approvers.look],
    [MUTES_LOOK_MS, () => mutes.look()],
    [PAUSE_LOOK_MS, watchPause],
    [CONFIGS_EVERY_MS, () => keepConfigs(deps)],
    [HEARTBEAT_LOOK_MS, () => watchHeartbeat(heartbeat)],
    [PLAYBOOKS_EVERY_MS, reread],
    [byTheWall(LIST_EVERY_MS), () => showList(deps)],
    ...(alertManager ? [[CATCH_UP_MS, () => catchUp(alertManager, intake, log)] as (typeof looks)[number]] : []),
    [SHIFT_LOOK_MS, () => tellShift({ deps, heardOnce, shifts })],
    [WEEKLY_LOOK_MS, () => tellWeek({ deps, heardOnce, hours })],
  ];
  const stops = looks.map(([everyMs, look]) => lookEvery(deps, everyMs, look, log));
  return () => {
    for (const stop of stops) void stop();
  };
}
