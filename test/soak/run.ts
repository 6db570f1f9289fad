import { runNamed } from '../run-named.ts';

/** `npm run soak -- <name>`: what is too heavy for every test run; the last line printed is one JSON object. */
await runNamed('soak', new URL('./', import.meta.url));
