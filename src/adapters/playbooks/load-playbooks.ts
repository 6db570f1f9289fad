import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { playbookKey } from '../../domain/playbook.ts';
import type { Playbook, Step } from '../../domain/types.ts';
import { type Place, readCheckedYaml, type YamlError, yamlErrorLine } from './checked-yaml.ts';
import { playbookSchema } from './playbook-schema.ts';

/** All that is wrong with all playbooks, in one go. */
export class PlaybookErrors extends Error {
  readonly errors: YamlError[];
  constructor(errors: YamlError[]) {
    super(errors.map(yamlErrorLine).join('\n'));
    this.name = 'PlaybookErrors';
    this.errors = errors;
  }
}

/** What is wrong with the parameters of a step, as its action says; null when they are right, or when nobody knows the action. */
export type ParamCheck = (step: Step) => { param: string; message: string } | null;

/**
 * Reads every `.yaml` and `.yml` of the folders. A playbook of a later folder replaces an earlier folder's for the same issue and cause, and one that is for
 * all causes replaces those for single ones, too; twice in one folder is an error. Throws PlaybookErrors with everything that is wrong.
 */
export async function loadPlaybooks(folders: string[], check: ParamCheck = () => null): Promise<Playbook[]> {
  const byKey = new Map<string, Playbook>();
  const errors: YamlError[] = [];
  for (const folder of folders) {
    const seen = new Map<string, string>();
    const own: Playbook[] = [];
    for (const file of await filesOf(folder, errors)) {
      const parsed = parsePlaybook(file, await readFile(file, 'utf8'), check);
      if (!parsed.ok) {
        errors.push(...parsed.errors);
        continue;
      }
      const key = playbookKey(parsed.playbook);
      const other = seen.get(key);
      if (other) errors.push({ file, ...parsed.issueAt, message: `issue: "${key}" is already in ${other}` });
      seen.set(key, file);
      own.push(parsed.playbook);
    }
    for (const { issue, cause } of own)
      if (cause === undefined) for (const [key, earlier] of byKey) if (earlier.issue === issue) byKey.delete(key);
    for (const playbook of own) byKey.set(playbookKey(playbook), playbook);
  }
  if (errors.length > 0) throw new PlaybookErrors(errors);
  return [...byKey.values()];
}

async function filesOf(folder: string, errors: YamlError[]): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    errors.push({
      file: folder,
      line: 1,
      column: 1,
      message: `the folder can't be read: ${error instanceof Error ? error.message : String(error)}`,
    });
    return [];
  }
}

type Parsed = { ok: true; playbook: Playbook; issueAt: Place } | { ok: false; errors: YamlError[] };

/** One playbook's text; every error that it has, with its place. */
export function parsePlaybook(file: string, text: string, check: ParamCheck = () => null): Parsed {
  const read = readCheckedYaml(file, text, playbookSchema);
  if (!read.ok) return read;
  const errors = read.value.steps.flatMap((step, index) => {
    const fault = check(step);
    if (!fault) return [];
    const place = read.placeOf(['steps', index, 'params', fault.param]);
    return [{ file, ...place, message: `steps[${index}].params.${fault.param}: ${fault.message}` }];
  });
  return errors.length > 0
    ? { ok: false, errors }
    : { ok: true, playbook: read.value, issueAt: read.placeOf(['issue']) };
}
