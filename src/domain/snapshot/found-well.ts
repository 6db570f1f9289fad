import type { CauseArea } from '../cause-kind.ts';
import { causeKindInfo } from '../cause-kind-info.ts';
import type { CauseKind } from '../cause-kinds.ts';
import { type ClusterState, objectsOf } from './cluster-state.ts';
import { troubleOf } from './trouble.ts';

/** What of it the look at the objects rests on, by the areas of causes; said only where something of the kind was listed. */
const AREAS: [string, CauseArea[], string[]][] = [
  ['nodes', ['node'], ['Node']],
  ['Services against their pods', ['service'], ['Service']],
  ['claims and volumes', ['storage'], ['PersistentVolumeClaim']],
  ['quotas and admission', ['admission'], ['ResourceQuota', 'LimitRange']],
  ['ConfigMaps that are asked for', ['configuration'], ['ConfigMap']],
  ['network policies', ['network'], ['NetworkPolicy']],
  ['places for pods', ['scheduling'], ['Node']],
  ['control plane', ['control plane'], []],
];
/** Of a cause this improbable it isn't said that its area is unwell. */
const LEAST = 0.05;

type Looked = { state: ClusterState; causes: readonly { what: CauseKind; probability: number }[] };

/** In words, what was looked at and found well: only kinds that were listed, and areas of which nothing is suspected. */
export function foundWell({ state, causes }: Looked): string[] {
  const suspected = new Set<CauseArea>(
    causes.filter(({ probability }) => probability >= LEAST).map(({ what }) => causeKindInfo(what).area),
  );
  const well = AREAS.filter(([, areas]) => !areas.some((area) => suspected.has(area))).flatMap(([words, , kinds]) => {
    if (kinds.length === 0) return state.pods.some(({ name }) => name.startsWith('kube-apiserver')) ? [words] : [];
    const count = kinds.reduce((sum, kind) => sum + objectsOf(state, kind).length, 0);
    return count > 0 ? [`${words} (${count})`] : [];
  });
  const whole = state.workloads.filter((one) => one.desired > 0 && troubleOf(one, state.at) === 0).length;
  return whole > 0
    ? [...well, `${whole} of ${state.workloads.filter(({ desired }) => desired > 0).length} workloads`]
    : well;
}
