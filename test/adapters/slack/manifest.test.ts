import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SLACK_PATH } from '../../../src/adapters/slack/receiver.ts';
import { loadModules } from '../../../src/app/load-modules.ts';
import type { Command } from '../../../src/extension-points.ts';

const root = new URL('../../../', import.meta.url).pathname;
const text = await readFile(`${root}manifest.yml`, 'utf8');
const manifest = parse(text);

/** What each method that the adapter calls wants; methods that need no scope are left out. */
const SCOPES: Record<string, string[]> = {
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'chat.postEphemeral': ['chat:write'],
  'conversations.history': ['channels:history', 'groups:history'],
  'conversations.list': ['channels:read', 'groups:read'],
  'conversations.info': ['channels:read', 'groups:read'],
  'chat.getPermalink': [],
  filesUploadV2: ['files:write'],
  'views.open': [],
  'views.publish': [],
  'auth.test': [],
  // An app-level token's own.
  'apps.connections.open': [],
  'usergroups.users.list': ['usergroups:read'],
  'users.info': ['users:read'],
  // Only where somebody has granted users:read.email: else PagerDuty's people are named in nightshift.yaml.
  'users.lookupByEmail': [],
};

/** socket-mode.ts is left out: its client is the socket's. */
async function calledMethods(): Promise<string[]> {
  const folder = `${root}src/adapters/slack`;
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts') && name !== 'socket-mode.ts');
  const sources = await Promise.all(names.map((name) => readFile(`${folder}/${name}`, 'utf8')));
  const calls = sources.join('\n').matchAll(/client\s*\.\s*((?:[a-z]+\.)*[a-zA-Z0-9]+)\(/g);
  return [...new Set([...calls].map((call) => call[1] ?? ''))];
}

describe('the manifest', () => {
  it('asks for exactly the scopes that the app uses, each explained', async () => {
    const methods = await calledMethods();
    expect(methods.filter((method) => !(method in SCOPES))).toEqual([]);
    expect(methods.length).toBeGreaterThan(5);
    const used = new Set(['commands', ...methods.flatMap((method) => SCOPES[method] ?? [])]);
    expect([...manifest.oauth_config.scopes.bot].sort()).toEqual([...used].sort());
    for (const scope of used) expect(text).toMatch(new RegExp(`# .+\\n\\s+- ${scope}\\n`));
  });

  it('has one slash command, and its hint names only verbs that exist', async () => {
    const commands = await loadModules<Command>(`${root}commands`);
    expect(manifest.features.slash_commands).toHaveLength(1);
    const [heal] = manifest.features.slash_commands;
    expect(heal.command).toBe('/heal');
    const verbs = commands.map((command) => command.name);
    for (const verb of heal.usage_hint.split(' | ')) expect(verbs).toContain(verb);
    expect(new URL(heal.url).pathname).toBe(SLACK_PATH);
    expect(new URL(manifest.settings.interactivity.request_url).pathname).toBe(SLACK_PATH);
  });
});
