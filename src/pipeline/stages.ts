import act from './act.ts';
import askAboutCure from './ask-about-cure.ts';
import confirmGone from './confirm-gone.ts';
import diagnose from './diagnose.ts';
import execute from './execute.ts';
import giveBack from './give-back.ts';
import notify from './notify.ts';
import page from './page.ts';
import reach from './reach.ts';
import resolvePage from './resolve-page.ts';
import type { Stage } from './stage.ts';
import tellWebhook from './tell-webhook.ts';
import { deadline, level, watch } from './timers.ts';
import undo from './undo.ts';
import verify from './verify.ts';

/**
 * The way of an incident, in order; the page to read first. Each stage runs as a queued job when it is due and ends in events; `domain/transition.ts` says what follows.
 * Alerts come in through receive-alerts.ts, anomalies through scan.ts, people through people.ts.
 */
export const STAGES: Stage[] = [
  diagnose,
  notify,
  page,
  deadline,
  act,
  execute,
  verify,
  undo,
  confirmGone,
  giveBack,
  askAboutCure,
  watch,
  level,
  reach,
  resolvePage,
  tellWebhook,
];

export const stagesByKind: Map<string, Stage> = new Map(STAGES.map((stage) => [stage.kind, stage]));
