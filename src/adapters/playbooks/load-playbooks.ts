import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ANY_ISSUE, playbookKey } from '../../domain/playbook.ts';
import type { Playbook, Step } from '../../domain/types/playbook.ts';
import { type Place, readCheckedYaml, type YamlError, yamlErrorLine } from './checked-yaml.ts';
import { playbookSchema, playbooksIn } from './playbook-schema.ts';

/** All that is wrong with all playbooks, in one go. */
export class PlaybookErrors extends Error {
  readonly errors: YamlError[];
  constructor(errors: YamlError[]) {
    super(errors.map(yamlErrorLine).join('\n'));
    this.name = 'PlaybookErrors';
    this.errors = errors;
  }
}

/** What only those who know the actions and causes can judge. Each answers what is wrong, or null. */
export type PlaybookCheck = {
  action(name: string): string | null;
  params(step: Step): { param: string; message: string } | null;
  cause(word: string): string | null;
  owner(kind: string): string | null;
};

const NO_CHECK: PlaybookCheck = { action: () => null, params: () => null, cause: () => null, owner: () => null };

/** What was read; of a file that is broken now what it held when it was last right, and what is wrong with it. */
export type ReadPlaybooks = { playbooks: Playbook[]; errors: YamlError[] };

/** Reads every `.yaml` and `.yml` of the folders. Throws PlaybookErrors with everything that is wrong. */
export async function loadPlaybooks(folders: string[], check: PlaybookCheck = NO_CHECK): Promise<Playbook[]> {
  const { playbooks, errors } = await playbookReader(folders, check)();
  if (errors.length > 0) throw new PlaybookErrors(errors);
  return playbooks;
}

type Good = { playbooks: Playbook[]; issueAt: Place };

/**
 * Reads the folders each time that it is called. A playbook of a later folder replaces an earlier folder's for the same issue, cause and conditions, and one that is for all causes replaces those for single ones, too; twice in one
 * folder is an error.
 */
export function playbookReader(folders: string[], check: PlaybookCheck = NO_CHECK): () => Promise<ReadPlaybooks> {
  const lastGood = new Map<string, Good>();
  return async () => {
    const byKey = new Map<string, Playbook>();
    const errors: YamlError[] = [];
    const there = new Set<string>();
    for (const folder of folders) {
      const seen = new Map<string, string>();
      const own: Playbook[] = [];
      for (const file of await filesOf(folder, errors)) {
        there.add(file);
        const parsed = await parsedFile(file, check);
        if (parsed.ok) lastGood.set(file, parsed);
        else errors.push(...parsed.errors);
        const good = lastGood.get(file);
        for (const playbook of good?.playbooks ?? []) {
          const key = playbookKey(playbook);
          const other = seen.get(key);
          if (other && good) errors.push({ file, ...good.issueAt, message: `issue: "${key}" is already in ${other}` });
          else own.push(playbook);
          seen.set(key, file);
        }
      }
      for (const { issue, cause, when } of own)
        if (cause === undefined && when === undefined && issue !== ANY_ISSUE)
          for (const [key, earlier] of byKey) if (earlier.issue === issue) byKey.delete(key);
      for (const playbook of own) byKey.set(playbookKey(playbook), playbook);
    }
    for (const file of lastGood.keys()) if (!there.has(file)) lastGood.delete(file);
    return { playbooks: [...byKey.values()], errors };
  };
}

async function parsedFile(file: string, check: PlaybookCheck): Promise<Parsed> {
  try {
    return parsePlaybook(file, await readFile(file, 'utf8'), check);
  } catch (error) {
    const message = `can't be read: ${error instanceof Error ? error.message : String(error)}`;
    return { ok: false, errors: [{ file, line: 1, column: 1, message }] };
  }
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

type Parsed = ({ ok: true } & Good) | { ok: false; errors: YamlError[] };

/** One file's text; every error that it has, with its place. */
export function parsePlaybook(file: string, text: string, check: PlaybookCheck = NO_CHECK): Parsed {
  const read = readCheckedYaml(file, text, playbookSchema);
  if (!read.ok) return read;
  const { steps, cause, when } = read.value;
  const errors: YamlError[] = [];
  const tell = (path: PropertyKey[], words: string, message: string | null) => {
    if (message !== null) errors.push({ file, ...read.placeOf(path), message: `${words}: ${message}` });
  };
  steps.forEach((step, index) => {
    tell(['steps', index, 'action'], `steps[${index}].action`, check.action(step.action));
    const fault = check.params(step);
    if (fault) tell(['steps', index, 'params', fault.param], `steps[${index}].params.${fault.param}`, fault.message);
  });
  cause?.forEach((word, index) => {
    tell(['cause', ...(cause.length > 1 ? [index] : [])], 'cause', check.cause(word));
  });
  when?.owner?.forEach((kind) => {
    tell(['when', 'owner'], 'when.owner', check.owner(kind));
  });
  return errors.length > 0
    ? { ok: false, errors }
    : { ok: true, playbooks: playbooksIn(read.value), issueAt: read.placeOf(['issue']) };
}
