import type { DumpDiagnosis } from '../../../src/cli/dump/diagnose-dump.ts';
import type { Case } from './index.ts';

export interface Judged {
  kind: string;
  shop: string;
  lack: string;
  /** The first cause is about the broken object, and says what is wrong with it. */
  right: boolean;
  object: boolean;
  named: boolean;
  ms: number;
  line: string;
}

const OWNERS = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

/** A pod or ReplicaSet counts as its owner, and where workloads weren't recorded one kind of owner as another. */
const isAbout = ({ truth }: Case, { kind, name }: DumpDiagnosis['causes'][number]): boolean =>
  truth.objects.some(
    (one) =>
      (one.kind === kind && one.name === name) ||
      (OWNERS.has(one.kind) &&
        (OWNERS.has(kind)
          ? one.name === name
          : ['Pod', 'ReplicaSet'].includes(kind) && name.startsWith(`${one.name}-`))),
  );

export const judge = (of: Case, { causes: [top], named }: DumpDiagnosis, ms: number): Judged => {
  const object = top !== undefined && isAbout(of, top);
  const right = object && of.truth.what.includes(top.what);
  const lack = Object.keys(of.lack).sort().join('+') || 'whole';
  const said = top ? `${top.what} ${top.kind}/${top.name} (${top.probability})` : 'nothing';
  const wanted = of.truth.objects[0];
  const line = `${right ? 'right' : 'miss '} ${of.kind} (${of.shop}, ${of.mode}, ${lack}): ${named ? '' : 'unnamed '}${said} for ${of.truth.what.join('|')} ${wanted?.kind}/${wanted?.name}`;
  return { kind: of.kind, shop: of.shop, lack, right, object, named, ms, line };
};
