import { CAUSE_KINDS } from '../../domain/cause-kinds.ts';
import { atLeastPercent } from '../../domain/figures.ts';
import { maskText } from '../../domain/mask-text.ts';
import { feltBy } from '../../domain/snapshot/felt-by.ts';
import { foundWell } from '../../domain/snapshot/found-well.ts';
import { plainCause } from '../../domain/snapshot/plain-cause.ts';
import { refText } from '../../domain/snapshot/snapshot.ts';
import type { StateFact } from '../../domain/snapshot/state-cause.ts';
import { unexplained } from '../../domain/snapshot/unexplained.ts';
import { diagnoseState, type StateDiagnosis } from '../../evidence/state-diagnosis.ts';
import type { StateCorrelator } from '../../extension-points.ts';
import { readDump } from './read-dump.ts';

/** As INTERFACE.md's `diagnose --dump --json` has it; `what` is a key of CAUSE_KINDS. */
export type DumpDiagnosis = {
  causes: {
    kind: string;
    namespace: string;
    name: string;
    what: string;
    probability: number;
    facts: string[];
    command: string;
  }[];
  named: boolean;
  missing: string[];
  /** The first cause in a line: the object, the value that convicts, who suffers, since when; '' where there is none. */
  line: string;
  /** What was looked at and found well, and warnings that nothing explains, where no cause is named. */
  well: string[];
  unexplained: string[];
};

const MAX_VALUE = 600;

/** Ranks what a dump convicts, offline. Rejects with ExportErrors. */
export async function diagnoseDump(folder: string, correlators: StateCorrelator[]): Promise<DumpDiagnosis> {
  return shown(diagnoseState(await readDump(folder), correlators));
}

function shown(diagnosis: StateDiagnosis): DumpDiagnosis {
  const { causes, named, missing, state } = diagnosis;
  return {
    causes: causes.map(({ object, what, probability, facts, command }) => ({
      ...object,
      what,
      probability: Math.round(probability * 1_000) / 1_000,
      facts: facts.map(factText),
      command,
    })),
    named,
    missing,
    line: firstLine(diagnosis),
    well: named ? [] : foundWell(diagnosis),
    unexplained: named ? [] : unexplained(state).map((one) => maskText(one, MAX_VALUE)),
  };
}

const MOST_NAMES = 3;

function firstLine({ causes, state, calls }: StateDiagnosis): string {
  const [first] = causes;
  if (!first) return '';
  const { names, since } = feltBy(state, calls, first);
  const more = names.length - MOST_NAMES;
  const felt =
    names.length > 0 ? `. Felt by ${names.slice(0, MOST_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}` : '';
  const when =
    since === null
      ? ''
      : `${felt === '' ? '. Ill' : ''} since ${new Date(since).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return `${plainCause(first)}${felt}${when}`;
}

const factText = ({ object, field, value }: StateFact): string =>
  `${refText(object)}: ${field}: ${maskText(value, MAX_VALUE)}`;

/** The diagnosis for a terminal. */
export function dumpMessage(diagnosis: DumpDiagnosis): string {
  const { causes, missing, well, unexplained: warnings } = diagnosis;
  const rows = causes.flatMap((cause, index) => [
    '',
    `${index + 1}. ${titleOf(cause)} (${cause.what}, ${atLeastPercent(cause.probability)})`,
    ...cause.facts.map((one) => `     ${one}`),
    `   $ ${cause.command}`,
  ]);
  return [
    verdictOf(diagnosis),
    ...rows,
    ...(well.length > 0 ? ['', `Looked at and found well: ${well.join(', ')}.`] : []),
    ...(warnings.length > 0
      ? ['', 'Warnings that nothing here explains for sure:', ...warnings.map((one) => `   ${one}`)]
      : []),
    ...(missing.length > 0 ? ['', 'Not looked at:', ...missing.map((one) => `   ${one}`)] : []),
  ].join('\n');
}

/** All that is said of the first object counts for it. */
function verdictOf({ causes, named, line, unexplained: warnings }: DumpDiagnosis): string {
  const [first] = causes;
  if (!first)
    return warnings.length > 0
      ? 'No object is wrong in what was looked at; the warnings below are not explained.'
      : 'Nothing was found that is wrong, in what was looked at.';
  const sum = causes
    .filter(({ kind, namespace, name }) => kind === first.kind && namespace === first.namespace && name === first.name)
    .reduce((total, { probability }) => total + probability, 0);
  return named
    ? `Likely cause: ${line} (${atLeastPercent(sum)}).`
    : `No cause is sure enough to name. Most likely (not sure): ${line} (${atLeastPercent(first.probability)}).`;
}

const titleOf = ({ kind, namespace, name, what }: DumpDiagnosis['causes'][number]): string =>
  `${refText({ kind, namespace, name })}: ${what in CAUSE_KINDS ? CAUSE_KINDS[what as keyof typeof CAUSE_KINDS].title : what}`;
