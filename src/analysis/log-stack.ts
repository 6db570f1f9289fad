type Line = { at: number; source: string; text: string; severe: boolean };

const CONTINUES = /^(\s+\S|Caused by:|\.\.\. \d+ (more|common frames))/;
const TRACEBACK = /^Traceback \(most recent call last\)/;
/** Longer traces tell no more. */
const MOST_LINES = 100;

/** Lines of one source that are a stack trace become one record, as its program wrote it; a Python traceback ends with its unindented error. */
export function joinStacks<L extends Line>(lines: readonly L[]): L[] {
  const joined: L[] = [];
  const open = new Map<string, { record: L; parts: string[]; traceback: boolean }>();
  for (const line of lines) {
    const last = open.get(line.source);
    const continues = last !== undefined && CONTINUES.test(line.text);
    if (last && (continues || last.traceback) && last.parts.length < MOST_LINES) {
      last.parts.push(line.text);
      last.record.text = last.parts.join('\n');
      last.record.severe ||= line.severe;
      if (!continues) last.traceback = false;
      continue;
    }
    const record = { ...line };
    joined.push(record);
    open.set(line.source, { record, parts: [line.text], traceback: TRACEBACK.test(line.text) });
  }
  return joined;
}
