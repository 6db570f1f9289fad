import { cutText } from '../../domain/cut-text.ts';
import { isRecord, readPath } from '../../domain/object-path.ts';
import type { Refusal } from '../../domain/types/refusal.ts';
import type { Cluster } from '../../ports/cluster.ts';
import type { CustomKind, CustomObject } from '../../ports/custom-objects.ts';
import { refusalOf } from '../workload/look.ts';
import type { TaskParams } from './task-params.ts';

/** On the KeptnTask, and by Keptn on its pod: a container takes it as a variable from there, since Keptn hands parameters to functions only. */
export const DEPLOYMENT_ANNOTATION = 'nightshift.dev/deployment-name';

export const TASKS: CustomKind = {
  group: 'lifecycle.keptn.sh',
  version: 'v1',
  plural: 'keptntasks',
  kind: 'KeptnTask',
};
const DEFINITIONS: CustomKind = { ...TASKS, plural: 'keptntaskdefinitions', kind: 'KeptnTaskDefinition' };

/** What a KeptnTaskDefinition would do to a Deployment. */
export type Job = {
  definition: CustomObject;
  /** Its command, or which kind of function it is: equal words, equal work. */
  does: string;
  /** It restarts the Deployment that it is told, and nothing else. */
  restarts: boolean;
  notes: string[];
};

const LONGEST_WORDS = 200;
const VARIABLE = 'DEPLOYMENT_NAME';
const FUNCTIONS = ['deno', 'python'];
const HOW = `valueFrom: {fieldRef: {fieldPath: "metadata.annotations['${DEPLOYMENT_ANNOTATION}']"}}`;

/** The definition, from the target's namespace or Keptn's own, as Keptn looks for it. */
export async function findDefinition(
  cluster: Cluster,
  namespace: string,
  { definition, keptnNamespace }: TaskParams,
): Promise<{ ok: true; definition: CustomObject } | { ok: false; refusal: Refusal }> {
  for (const home of new Set([namespace, keptnNamespace])) {
    const found = await cluster.custom.get({ kind: DEFINITIONS, namespace: home, name: definition });
    if (found.ok) return { ok: true, definition: found.value };
    if (found.failure.kind !== 'not_found')
      return { ok: false, refusal: refusalOf(found.failure, `KeptnTaskDefinition ${definition}`) };
  }
  const message = `There is no KeptnTaskDefinition ${definition} in ${namespace} or ${keptnNamespace}. Make one (docs/examples/policy-engines has restart-deployment), or name another in params.definition.`;
  return { ok: false, refusal: { code: 'unsupported', message } };
}

/** What it would do to the Deployment of that name, or why it isn't run: it has to be told which Deployment is meant, and must not be told another. */
export function readDefinition(
  definition: CustomObject,
  deployment: string,
): { ok: true; job: Job } | { ok: false; refusal: Refusal } {
  const name = `KeptnTaskDefinition ${definition.namespace}/${definition.name}`;
  const container = readPath(definition.object, ['spec', 'container']);
  if (!isRecord(container)) {
    const kind = FUNCTIONS.find((one) => isRecord(readPath(definition.object, ['spec', one])));
    if (kind === undefined) return refuse(`${name} has no container and no function: there is nothing to run.`);
    const generation = readPath(definition.object, ['metadata', 'generation']);
    const does = `a ${kind} function (generation ${String(generation ?? 1)} of the definition)`;
    return { ok: true, job: { definition, does, restarts: false, notes: [] } };
  }
  const command = [...textsOf(container.command), ...textsOf(container.args)].join(' ');
  const env = (Array.isArray(container.env) ? container.env : []).filter(isRecord);
  const told = env.find((one) => one.name === VARIABLE);
  if (typeof told?.value === 'string' && told.value !== deployment)
    return refuse(
      `${name} says ${VARIABLE}: ${told.value.slice(0, 80)}, which isn't ${deployment}. Let its container take it from what is told: ${HOW}.`,
    );
  const asks = new RegExp(`\\$[({]?${VARIABLE}\\b`).test(command);
  if (asks && told === undefined)
    return refuse(`The container of ${name} uses ${VARIABLE} and has no such variable. Add it to its env: ${HOW}.`);
  const image = String(container.image ?? 'no image');
  const work = { definition, does: shortened(`${image}: ${command || 'its own command'}`) };
  if (told === undefined)
    return {
      ok: true,
      job: {
        ...work,
        restarts: false,
        notes: [
          `The container of ${name} isn't told which Deployment is meant: it does the same whatever the trouble.`,
        ],
      },
    };
  return { ok: true, job: { ...work, restarts: isRestart(command), notes: [] } };
}

const refuse = (message: string) => ({ ok: false as const, refusal: { code: 'invalid' as const, message } });

const isRestart = (command: string): boolean =>
  /^(?:(?:\/bin\/)?(?:ba)?sh -e?c )?kubectl rollout restart deployment\/\$[({]?DEPLOYMENT_NAME[)}]? (?:-n|--namespace)[ =]\$[({]?NAMESPACE[)}]?$/.test(
    command.trim().replace(/\s+/g, ' ').replaceAll('"', ''),
  );

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return cutText(line, LONGEST_WORDS);
}
