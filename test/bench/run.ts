import { runNamed } from '../run-named.ts';

/** `npm run bench -- <name>`: measures one thing; the last line printed is one JSON object. */
await runNamed('bench', new URL('./', import.meta.url));
