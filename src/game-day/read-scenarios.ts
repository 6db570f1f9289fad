import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Place, readCheckedYaml, type YamlError } from '../adapters/playbooks/checked-yaml.ts';
import { Scenario } from './scenario.ts';

/** A scenario and where its parts are written, for errors that only show when it meets the sandbox. */
export type ScenarioFile = { file: string; scenario: Scenario; placeOf(path: PropertyKey[]): Place };

export type ReadScenarios = { ok: true; files: ScenarioFile[] } | { ok: false; errors: YamlError[] };

/** Reads one file, or every `.yaml` and `.yml` of a folder in the order of their names. Every error of every file, or all of them. */
export async function readScenarios(path: string): Promise<ReadScenarios> {
  const files: ScenarioFile[] = [];
  const errors: YamlError[] = [];
  try {
    for (const file of await filesAt(path)) {
      const read = parseScenario(file, await readFile(file, 'utf8'));
      if (read.ok) files.push(read.read);
      else errors.push(...read.errors);
    }
  } catch (error) {
    errors.push(nowhere(path, `can't be read: ${error instanceof Error ? error.message : String(error)}`));
  }
  if (files.length === 0 && errors.length === 0) errors.push(nowhere(path, 'holds no scenario (.yaml)'));
  return errors.length > 0 ? { ok: false, errors } : { ok: true, files };
}

async function filesAt(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = await readdir(path);
  return names
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

const nowhere = (file: string, message: string): YamlError => ({ file, line: 1, column: 1, message });

/** One scenario's text; `file` only names it. */
export function parseScenario(
  file: string,
  text: string,
): { ok: true; read: ScenarioFile } | { ok: false; errors: YamlError[] } {
  const read = readCheckedYaml(file, text, Scenario);
  return read.ok ? { ok: true, read: { file, scenario: read.value, placeOf: read.placeOf } } : read;
}

/** What the sandbox offers, as its own state says. */
export type Offer = { services: string[]; faultKinds: { kind: string; services: string[] }[]; people: string[] };

/** Names in the file that the sandbox doesn't know. */
export function unknownNames({ file, scenario, placeOf }: ScenarioFile, offer: Offer): YamlError[] {
  const errors: YamlError[] = [];
  const wrong = (path: PropertyKey[], message: string) => errors.push({ file, ...placeOf(path), message });
  scenario.faults.forEach(({ kind, service }, index) => {
    const known = offer.faultKinds.find((one) => one.kind === kind);
    const at = `faults[${index}]`;
    if (!known)
      wrong(
        ['faults', index, 'kind'],
        `${at}.kind: no fault is called "${kind}"; there are ${listed(offer.faultKinds.map((one) => one.kind))}`,
      );
    else if (!known.services.includes(service))
      wrong(
        ['faults', index, 'service'],
        `${at}.service: ${kind} does not happen to "${service}", but to ${listed(known.services)}`,
      );
  });
  for (const name of Object.keys(scenario.start.services))
    if (!offer.services.includes(name))
      wrong(
        ['start', 'services', name],
        `start.services: no service is called "${name}"; there are ${listed(offer.services)}`,
      );
  for (const list of ['people', 'commands'] as const)
    scenario[list].forEach(({ by }, index) => {
      if (!offer.people.includes(by))
        wrong([list, index, 'by'], `${list}[${index}].by: nobody is called "${by}"; there are ${listed(offer.people)}`);
    });
  return errors;
}

const listed = (names: string[]): string => names.join(', ');
