import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** What outlives the process. `offsetMs`: sandbox time minus real time when it was saved. */
export type Saved = {
  version: 2;
  offsetMs: number;
  speed: number;
  seed: number;
  alerts: unknown;
  cluster: unknown;
  faults: unknown;
  chat: unknown;
};

export type StateFile = {
  /** Writes at once when something changed since the last time. */
  save(): void;
  /** Writes soon: many changes in a row are one write. */
  saveSoon(): void;
  stop(): void;
};

const EVERY_MS = 1_000;
const SOON_MS = 20;

/** Undefined when there is no such file or it isn't ours: then the sandbox starts afresh. */
export function readStateFile(path: string): Saved | undefined {
  try {
    const saved = JSON.parse(readFileSync(path, 'utf8')) as Saved;
    return saved.version === 2 ? saved : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps `path` up to date, every real second. `revision` differs whenever there is something new to save. */
export function keepStateFile(path: string, revision: () => string, take: () => Saved): StateFile {
  let written = '';
  let soon: NodeJS.Timeout | undefined;
  const save = (): void => {
    const present = revision();
    if (present === written) return;
    // A half-written file is never seen: rename is atomic.
    writeFileSync(`${path}.next`, JSON.stringify(take()), { mode: 0o600 });
    renameSync(`${path}.next`, path);
    written = present;
  };
  const timer = setInterval(save, EVERY_MS);
  timer.unref();
  return {
    save,
    saveSoon() {
      soon ??= setTimeout(() => {
        soon = undefined;
        save();
      }, SOON_MS);
      soon.unref();
    },
    stop() {
      clearInterval(timer);
      clearTimeout(soon);
      save();
    },
  };
}
