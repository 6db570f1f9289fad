import { CAUSE_KINDS } from '../../domain/cause-kinds.ts';
import { atLeastPercent } from '../../domain/figures.ts';
import { maskText } from '../../domain/mask-text.ts';
import { refText } from '../../domain/snapshot/snapshot.ts';
import type { StateFact } from '../../domain/snapshot/state-cause.ts';
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
};

const MAX_VALUE = 600;

/** Ranks what a dump convicts, offline. Rejects with ExportErrors. */
export async function diagnoseDump(folder: string, correlators: StateCorrelator[]): Promise<DumpDiagnosis> {
  return shown(diagnoseState(await readDump(folder), correlators));
}

function shown({ causes, named, missing }: StateDiagnosis): DumpDiagnosis {
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
  };
}

const factText = ({ object, field, value }: StateFact): string =>
  `${refText(object)}: ${field}: ${maskText(value, MAX_VALUE)}`;

/** The diagnosis for a terminal. */
export function dumpMessage({ causes, named, missing }: DumpDiagnosis): string {
  const [first] = causes;
  const verdict = !first
    ? 'Nothing was found that is wrong.'
    : named
      ? `Likely cause: ${titleOf(first)} (${atLeastPercent(first.probability)}).`
      : 'No cause is sure enough to name.';
  const rows = causes.flatMap((cause, index) => [
    '',
    `${index + 1}. ${titleOf(cause)} (${cause.what}, ${atLeastPercent(cause.probability)})`,
    ...cause.facts.map((one) => `     ${one}`),
    `   $ ${cause.command}`,
  ]);
  return [
    verdict,
    ...rows,
    ...(missing.length > 0 ? ['', 'Not looked at:', ...missing.map((one) => `   ${one}`)] : []),
  ].join('\n');
}

const titleOf = ({ kind, namespace, name, what }: DumpDiagnosis['causes'][number]): string =>
  `${refText({ kind, namespace, name })}: ${what in CAUSE_KINDS ? CAUSE_KINDS[what as keyof typeof CAUSE_KINDS].title : what}`;
