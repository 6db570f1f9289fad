import type { DumpDiagnosis } from '../../../src/cli/dump/diagnose-dump.ts';
import type { Truth } from './fault.ts';

export type Judged = {
  kind: string;
  shop: string;
  level: string;
  ms: number;
  /** Object and cause come first. */
  right: boolean;
  objectRight: boolean;
  /** What convicts isn't in the dump: “I don't know” is right. */
  unanswerable: boolean;
  named: boolean;
  line: string;
  told: string;
};

export function judgeDump(
  known: Pick<Judged, 'kind' | 'shop' | 'level' | 'ms' | 'unanswerable'>,
  truth: Truth,
  { causes, named }: DumpDiagnosis,
): Judged {
  const [first] = causes;
  const is = (cause: typeof first) =>
    truth.objects.some(
      (one) => one.kind === cause?.kind && one.namespace === cause.namespace && one.name === cause.name,
    );
  const objectRight = first !== undefined && is(first);
  const right = (objectRight && (truth.what as string[]).includes(first.what)) || (known.unanswerable && !named);
  const place = causes.findIndex((one) => is(one) && (truth.what as string[]).includes(one.what));
  const said = first ? `${first.what} ${first.kind}/${first.name}` : 'nothing';
  return {
    ...known,
    right,
    objectRight,
    named,
    line: `${right ? 'right' : named && !objectRight ? 'WRONG' : 'miss '} ${known.kind} (${known.shop}, ${known.level}): ${said}${named ? '' : ' ?'} for ${truth.what.join('|')} ${truth.objects[0]?.kind}/${truth.objects[0]?.name} (place ${place + 1})`,
    told: causes
      .map(
        (one) =>
          `    ${one.probability} ${one.what} ${one.kind}/${one.name}: ${one.facts.slice(0, 3).join(' · ').slice(0, 300)}`,
      )
      .join('\n'),
  };
}
