import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Loads the default export of every `.ts` file of a folder, in the order of their names.
 * Throws (and so stops the start) when a file has no default export with a `name` or when two share a name.
 */
export async function loadModules<T extends { name: string }>(folder: string): Promise<T[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts')).sort();
  const seen = new Map<string, string>();
  const modules: T[] = [];
  for (const file of files) {
    const loaded: { default?: T } = await import(pathToFileURL(join(folder, file)).href);
    const module = loaded.default;
    if (typeof module?.name !== 'string')
      throw new Error(`${join(folder, file)} needs a default export with a name; export default { name: '…', … }`);
    const other = seen.get(module.name);
    if (other) throw new Error(`${file} and ${other} in ${folder} both define "${module.name}"; rename one of them`);
    seen.set(module.name, file);
    modules.push(module);
  }
  return modules;
}
