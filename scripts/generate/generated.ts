import { fileURLToPath } from 'node:url';
import { loadModules } from '../../src/app/load-modules.ts';
import type { Action, Correlator, Detector, IssueKind, StateCorrelator } from '../../src/extension-points.ts';
import { causeKindsOf, causeKindsText } from './cause-kinds.ts';
import { configurationText } from './configuration.ts';
import { playbooksText } from './playbooks.ts';
import { rightsFiles } from './rights.ts';
import { playbooksSchema, settingsSchema } from './schemas.ts';
import { vocabularyOf, vocabularyText } from './vocabulary.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Every generated file as it should be, by its path in the repository. */
export async function generated(): Promise<{ path: string; text: string }[]> {
  const [actions, correlators, stateCorrelators, detectors, kinds] = await Promise.all([
    loadModules<Action>(at('src/actions')),
    loadModules<Correlator>(at('src/correlators')),
    loadModules<StateCorrelator>(at('src/correlators/state')),
    loadModules<Detector>(at('src/detectors')),
    loadModules<IssueKind>(at('src/kinds')),
  ]);
  const inPlaybooks = actions.filter(({ proposed }) => !proposed);
  const causeKinds = causeKindsOf(stateCorrelators);
  const vocabulary = vocabularyOf(
    [...correlators, ...detectors],
    causeKinds.map(([kind]) => kind),
    kinds,
  );
  return [
    ...rightsFiles(actions),
    { path: 'src/domain/vocabulary.ts', text: vocabularyText(vocabulary) },
    { path: 'src/domain/cause-kinds.ts', text: causeKindsText(causeKinds) },
    { path: 'docs/configuration.md', text: configurationText(settingsSchema()) },
    {
      path: 'docs/playbooks.md',
      text: playbooksText({
        actions: inPlaybooks,
        correlators,
        stateCorrelators,
        causeKinds,
        detectors,
        kinds,
        vocabulary,
      }),
    },
    { path: 'schemas/nightshift.schema.json', text: json(settingsSchema()) },
    {
      path: 'schemas/playbook.schema.json',
      text: json(playbooksSchema({ actions: names(inPlaybooks), issues: names(kinds), causes: vocabulary.causes })),
    },
  ];
}

const names = (modules: { name: string }[]): string[] => modules.map(({ name }) => name);
const json = (schema: object): string => `${JSON.stringify(schema, null, 2)}\n`;
