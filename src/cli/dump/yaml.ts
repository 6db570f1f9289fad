import { loadAll } from 'js-yaml';

/** All documents of a YAML file. Instants stay text, as in JSON. */
export const documentsIn = (text: string): unknown[] => loadAll(text);
