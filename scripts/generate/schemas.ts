import { z } from 'zod';
import { playbookSchema } from '../../src/adapters/playbooks/playbook-schema.ts';
import { QUERY_NAMES } from '../../src/adapters/prometheus/default-queries.ts';
import { queryExplained, SETTINGS_EXPLAINED } from '../../src/app/explained.ts';
import { Settings } from '../../src/app/settings.ts';

/** A JSON schema as far as the documents need it. */
export type Schema = {
  type?: string;
  description?: string;
  default?: unknown;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  enum?: unknown[];
  format?: string;
  pattern?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  [other: string]: unknown;
};

/** What people may write (not what is made of it). */
export const schemaOf = (type: z.ZodType): Schema =>
  z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' }) as Schema;

const WORDS: Record<string, string> = {
  ...Object.fromEntries(QUERY_NAMES.map((name) => [`queries.${name}`, queryExplained(name)])),
  ...SETTINGS_EXPLAINED,
};

/** nightshift.yaml's, with words on each field. Throws where a field has none, or words have no field. */
export function settingsSchema(): Schema {
  const left = new Set(Object.keys(WORDS));
  const explained = withWords(schemaOf(Settings), '', left);
  if (left.size > 0) throw new Error(`src/app/explained.ts explains what isn't there: ${[...left].join(', ')}`);
  return { ...explained, title: 'nightshift.yaml' };
}

function withWords(schema: Schema, path: string, left: Set<string>): Schema {
  const description = WORDS[path];
  if (path !== '' && !path.endsWith('[]') && description === undefined)
    throw new Error(`src/app/explained.ts says nothing of ${path}`);
  left.delete(path);
  const inside = (name: string) => (path === '' ? name : `${path}.${name}`);
  const properties =
    schema.properties &&
    Object.fromEntries(
      Object.entries(schema.properties).map(([name, one]) => [name, withWords(one, inside(name), left)]),
    );
  const items = schema.items?.properties ? withWords(schema.items, `${path}[]`, left) : schema.items;
  return {
    ...schema,
    ...(description === undefined ? {} : { description }),
    ...(properties ? { properties } : {}),
    ...(items ? { items } : {}),
  };
}

/** A playbook's; an editor offers the actions, kinds of issue and causes that there are. */
export function playbooksSchema(known: { actions: string[]; issues: string[]; causes: string[] }): Schema {
  const schema = schemaOf(playbookSchema);
  const offer = (field: Schema | undefined, examples: string[]) => field && Object.assign(field, { examples });
  offer(schema.properties?.issue, known.issues);
  offer(schema.properties?.cause, known.causes);
  offer(schema.properties?.steps?.items?.properties?.action, known.actions);
  return { ...schema, title: 'A playbook of Nightshift' };
}
