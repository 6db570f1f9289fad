import { affectedPart } from '../analysis/affected-part.ts';
import { rankCauses } from '../analysis/rank.ts';
import { RANK_MODEL } from '../analysis/rank-model.ts';
import { shownProbability } from '../domain/figures.ts';
import type { AffectedPart } from '../domain/types/diagnosis.ts';
import type { GraphPicture } from '../ports/charts.ts';
import { beginningOf, exportedInput } from './exported-evidence.ts';
import { type ExportFiles, readExported } from './exported-files.ts';
import { ExportErrors, type Progress } from './exported-table.ts';

/** A diagnosis of exported data. Probabilities of all services and `somethingElse` add up to 1; `causes` are the likeliest. Instants in epoch ms. */
export type FileDiagnosis = {
  service: string;
  since: number;
  /** Whether `service` and `since` were found in the data, not given. */
  guessed: { service: boolean; since: boolean };
  services: number;
  named: boolean;
  causes: { service: string; probability: number; reasons: string[] }[];
  somethingElse: number;
  affected: AffectedPart;
};

const MOST_CAUSES = 10;
const LEAST = 0.001;

/** Ranks the causes in exported data with the same model as live. Rejects with ExportErrors. */
export async function diagnoseFiles(
  files: ExportFiles,
  given: { service: string | null; since: number | null },
  progress?: Progress,
): Promise<FileDiagnosis> {
  const exported = await readExported(files, progress);
  const since = given.since ?? beginningOf(exported.series);
  if (since === null)
    throw new ExportErrors(
      `${files.metrics}: no lasting rise of latency or errors (or fall of availability) in its last third: say when the trouble began with --since`,
    );
  const input = exportedInput(exported, since, given.service);
  if (given.service !== null && !input.entities.includes(given.service))
    throw new ExportErrors(
      `--service: ${given.service} is in none of the files (there are ${input.entities.slice(0, 10).join(', ')})`,
    );
  const ranking = rankCauses(input);
  const causes = ranking.causes.filter((cause) => cause.probability >= LEAST).slice(0, MOST_CAUSES);
  return {
    service: input.symptomService,
    since,
    guessed: { service: given.service === null, since: given.since === null },
    services: input.entities.length,
    named: ranking.named,
    causes: causes.map(({ entity, probability, reasons }) => ({ service: entity, probability, reasons })),
    somethingElse: ranking.somethingElse,
    affected: affectedPart(input, ranking),
  };
}

/** The affected part as a picture. */
export function graphOfFiles({ service, affected, named, causes }: FileDiagnosis): GraphPicture {
  const [top] = causes;
  const verdict = top ? `${top.service} (${shownProbability(top.probability)})` : 'none';
  const subtitle = named ? `Likely cause: ${verdict}` : `No cause is sure enough to name; best guess ${verdict}`;
  return { title: `${service}: the affected part`, subtitle, part: affected, darkMode: false };
}

/** The diagnosis for a terminal. */
export function diagnosisWords(diagnosis: FileDiagnosis): string {
  const { service, since, guessed, causes, named, somethingElse } = diagnosis;
  const when = `${new Date(since).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const width = Math.max(...causes.map((cause) => cause.service.length), 'something else'.length);
  const row = (place: string, probability: number, name: string, reasons: string[]) =>
    `${place.padStart(3)} ${shownProbability(probability).padStart(9)}  ${name.padEnd(width)}  ${reasons.join('; ')}`.trimEnd();
  return [
    `${service}${guessed.service ? ' (the one that hurts, as it seems; --service names another)' : ''}, trouble since ${when}${guessed.since ? ' (as it seems; --since says otherwise)' : ''}, ${diagnosis.services} services looked at`,
    '',
    ...causes.map((cause, index) => row(`${index + 1}.`, cause.probability, cause.service, cause.reasons)),
    row('', somethingElse, 'something else', []),
    '',
    named
      ? `Likely cause: ${causes[0]?.service} (${shownProbability(causes[0]?.probability ?? 0)}).`
      : `No cause is sure enough to name: that takes ${shownProbability(RANK_MODEL.nameAt)} and evidence that speaks for it.`,
  ].join('\n');
}
