import type { Row } from './judge.ts';

const WIDTHS = [20, 16, 34, 6, 18, 18, 6, 6, 18, 10];

const line = (cells: string[]): string =>
  cells.map((cell, i) => (i < WIDTHS.length ? cell.slice(0, WIDTHS[i]).padEnd(WIDTHS[i] ?? 0) : cell)).join(' ');

let headed = false;

/** A row a combination, as it comes. */
export function printRow(row: Row): void {
  if (!headed)
    console.log(line(['fault', 'service', 'alert', 'min', 'truth', 'first', 'p', 'named', 'issue', 'judged', 'step']));
  headed = true;
  const cells = [
    row.kind,
    row.service,
    row.alert ?? `(none) ${row.incident ?? ''}`,
    row.alertMin?.toFixed(1) ?? '',
    row.truth,
    `${row.right ? '' : row.wrong ? '✗' : '?'}${row.first}`,
    row.probability.toFixed(2),
    row.named ? 'yes' : 'no',
    row.issue,
    row.judged,
    `${row.step}${row.confidence === null ? '' : ` (${row.confidence.toFixed(2)})`} · ${row.what} · ${row.ms} ms`,
  ];
  console.log(line(cells));
  if (row.ended) console.log(`    ended ${row.ended.verdict}: ${row.ended.message}`);
  for (const other of row.others) console.log(`    also ${other}`);
}

export function printSummary(rows: Row[]): void {
  console.log('');
  for (const [kind, own] of Map.groupBy(rows, (row) => row.kind)) {
    const count = (test: (row: Row) => boolean) => own.filter(test).length;
    const verdicts = ['right', 'people', 'useless', 'harmful', 'undecided'] as const;
    const judged = verdicts.map((verdict) => `${verdict} ${count((row) => row.judged === verdict)}`).join(', ');
    console.log(
      `${kind.padEnd(20)} cause first ${count((row) => row.right)}/${own.length}, named wrong ${count((row) => row.wrong)}; step: ${judged}`,
    );
  }
}

export function figuresOf(rows: Row[]): Record<string, unknown> {
  const count = (test: (row: Row) => boolean) => rows.filter(test).length;
  return {
    combinations: rows.length,
    cause_first: rows.length === 0 ? 0 : Number((count((row) => row.right) / rows.length).toFixed(3)),
    named_wrong: count((row) => row.wrong),
    alerted: count((row) => row.alert !== null),
    recommended_right: count((row) => row.judged === 'right'),
    left_to_people: count((row) => row.judged === 'people'),
    recommended_useless: count((row) => row.judged === 'useless'),
    recommended_harmful: count((row) => row.judged === 'harmful'),
    undecided: count((row) => row.judged === 'undecided'),
    others_harmful_or_wrong: rows.reduce((sum, row) => sum + row.others.length, 0),
    ...(rows.some((row) => row.ended) ? { ended: endings(rows) } : {}),
    max_ms: Math.max(0, ...rows.map((row) => row.ms)),
  };
}

function endings(rows: Row[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const { ended } of rows) if (ended) all[ended.verdict] = (all[ended.verdict] ?? 0) + 1;
  return all;
}
