import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';

const FOLDER = new URL('../page/', import.meta.url);
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Nothing from elsewhere, no inline script or style. The page may show images of any origin that an app links to over https, as Slack does. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' https: data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves a file of the page by its plain name; false when there is none. */
export async function servePageFile(name: string, res: ServerResponse): Promise<boolean> {
  const type = TYPES[/^[a-z0-9-]+\.([a-z]+)$/.exec(name)?.[1] ?? ''];
  if (type === undefined) return false;
  try {
    const bytes = await readFile(new URL(name, FOLDER));
    res.writeHead(200, {
      'content-type': type,
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    });
    res.end(bytes);
    return true;
  } catch {
    return false;
  }
}
