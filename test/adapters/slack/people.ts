import type { Incident, TimelineEntry } from '../../../src/domain/incident.ts';
import type { Mute } from '../../../src/domain/mute.ts';
import type { Answer, ConnectionTried, People } from '../../../src/extension-points/people.ts';
import type {
  ForecastReport,
  HistoryReport,
  PlaybookLine,
  ServiceReport,
  StatsReport,
  WhoReport,
} from '../../../src/extension-points/reports.ts';
import type { Silence } from '../../../src/ports/alert-manager.ts';
import type { Pause } from '../../../src/ports/store.ts';
import { incident, NOT_PAUSED } from './incidents.ts';

export type Asked = { name: string; args: unknown[] };

/** People that remembers what it was asked, and answers as told. */
export function recordingPeople(
  start: {
    incidents?: Incident[];
    answer?: Answer;
    timeline?: TimelineEntry[];
    pause?: Pause;
    report?: ServiceReport;
    forecast?: ForecastReport;
    who?: WhoReport;
    tried?: ConnectionTried[];
    mutes?: Mute[];
    silences?: Silence[];
    playbooks?: PlaybookLine[];
    stats?: StatsReport;
    history?: HistoryReport;
  } = {},
) {
  const asked: Asked[] = [];
  const given = {
    incidents: start.incidents ?? [incident()],
    answer: start.answer ?? { ok: true, message: 'Done.' },
    timeline: start.timeline ?? [],
    pause: start.pause ?? NOT_PAUSED,
    report: start.report,
  };
  const answering =
    (name: string) =>
    async (...args: unknown[]): Promise<Answer> => {
      asked.push({ name, args });
      return given.answer;
    };
  const people: People = {
    approve: answering('approve'),
    reject: answering('reject'),
    hold: answering('hold'),
    choose: answering('choose'),
    undo: answering('undo'),
    doctor: async () => start.tried ?? [],
    run: answering('run'),
    runnable: () => [
      { name: 'restart_deployment', title: 'Restart', params: [] },
      { name: 'scale_horizontal', title: 'More replicas', params: ['factor'] },
    ],
    page: answering('page'),
    acknowledge: answering('acknowledge'),
    giveReason: answering('giveReason'),
    feedback: answering('feedback'),
    close: answering('close'),
    pause: answering('pause'),
    resume: answering('resume'),
    load: async (id) => given.incidents.find((one) => one.id === id) ?? null,
    find: async (reference) => {
      const named = (one: Incident) =>
        one.id === reference || one.id === `INC-${reference}` || one.service === reference;
      const found = given.incidents.find(named);
      return found ? { kind: 'one', incident: found } : { kind: 'none' };
    },
    open: async () => given.incidents.filter((one) => one.state.name !== 'closed'),
    recent: async ({ service }) => given.incidents.filter((one) => service === undefined || one.service === service),
    who: async (reference) => {
      asked.push({ name: 'who', args: [reference] });
      return start.who ? { ok: true, report: start.who } : { ok: false, message: given.answer.message };
    },
    playbooks: () => start.playbooks ?? [],
    timeline: async () => given.timeline,
    mute: answering('mute'),
    unmute: answering('unmute'),
    silence: answering('silence'),
    silences: async () => ({ ok: true, value: start.silences ?? [] }),
    liftSilence: answering('liftSilence'),
    mutes: () => start.mutes ?? [],
    pauseState: async () => given.pause,
    notes: () => [],
    score: async (reference) => {
      asked.push({ name: 'score', args: [reference] });
      return given.report ? { ok: true, report: given.report } : { ok: false, message: given.answer.message };
    },
    propose: answering('propose'),
    forecast: async (reference) => {
      asked.push({ name: 'forecast', args: [reference] });
      return start.forecast ? { ok: true, report: start.forecast } : { ok: false, message: given.answer.message };
    },
    train: answering('train'),
    stats: async (...args) => {
      asked.push({ name: 'stats', args });
      return start.stats ? { ok: true, report: start.stats } : { ok: false, message: given.answer.message };
    },
    history: async (...args) => {
      asked.push({ name: 'history', args });
      return start.history ? { ok: true, report: start.history } : { ok: false, message: given.answer.message };
    },
  };
  return { people, asked, given };
}
