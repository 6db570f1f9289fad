import { createMiner, learn, learnMasked, type Miner, templatesOf } from '../analysis/log-template.ts';
import type { LogRecord } from '../domain/telemetry.ts';
import { type Minutes, type Refused, serviceIn } from './minutes.ts';
import { keyOf } from './peers.ts';
import { countTemplate } from './service-minute.ts';

/** Templates of log lines by service. Only masked text is kept: the miner masks before it looks. */
export type Logbook = {
  minutes: Minutes;
  byService: Map<string, { miner: Miner; severe: Set<number> }>;
  /** Whether a service is still remembered, here or from elsewhere. */
  isKnown: (key: string) => boolean;
  refused: (why: Refused | 'too_many_templates') => void;
};

const MINER = { templates: 200, words: 40, similarity: 0.6 };

export function createLogbook(minutes: Minutes, refused: Logbook['refused'], isKnown: Logbook['isKnown']): Logbook {
  return { minutes, byService: new Map(), isKnown, refused };
}

/** `learnBody`: `learnMasked` where the bodies are masked already. */
export function addLogs(logbook: Logbook, records: readonly LogRecord[], learnBody: typeof learn = learn): void {
  for (const record of records) {
    const key = keyOf(record.source);
    const service = serviceIn(logbook.minutes, record.at, key);
    if (typeof service === 'string') {
      logbook.refused(service);
      continue;
    }
    const book = bookOf(logbook, key);
    const { id } = learnBody(book.miner, record.body, record.at);
    if (record.severe) book.severe.add(id);
    service.logs += 1;
    if (!countTemplate(service, id, 1, logbook.minutes.limits)) logbook.refused('too_many_templates');
  }
}

export const addMaskedLogs = (logbook: Logbook, records: readonly LogRecord[]): void =>
  addLogs(logbook, records, learnMasked);

/** Services are bounded by the minutes; a book whose service is forgotten there goes too. */
function bookOf(logbook: Logbook, key: string) {
  const known = logbook.byService.get(key);
  if (known) return known;
  for (const old of logbook.byService.keys()) if (!logbook.isKnown(old)) logbook.byService.delete(old);
  const book = { miner: createMiner(MINER), severe: new Set<number>() };
  logbook.byService.set(key, book);
  return book;
}

/** The id here of a template that another replica has mined: its text is masked, and learned as a line is. */
export function adoptTemplate(logbook: Logbook, key: string, text: string, severe: boolean, at: number): number {
  const book = bookOf(logbook, key);
  const { id } = learn(book.miner, text, at);
  if (severe) book.severe.add(id);
  return id;
}

export function templateTexts(logbook: Logbook, key: string): Map<number, { text: string; severe: boolean }> {
  const book = logbook.byService.get(key);
  if (!book) return new Map();
  return new Map(templatesOf(book.miner).map(({ id, text }) => [id, { text, severe: book.severe.has(id) }]));
}
