/** Host names with ports in text from outside: variables, arguments, configuration, log lines. */

export type Address = { host: string; port: number | null };

const WITH_PORT = /(?:^|[\s,;="'`([{@/|<>])([a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)*\.?):(\d{2,5})(?!\w|[.:]\d)/gi;
const IN_URL = /[a-z][a-z0-9+.]{0,30}:\/\/(?:[^\s/@"']*@)?([a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*)(?=$|[\s/"',;?)\]])/gi;
const IP_WITH_PORT = /(?:^|[\s,;="'`([{@/|<>])(\d{1,3}(?:\.\d{1,3}){3}):(\d{2,5})(?!\w|[.:]\d)/g;
const MAX_TEXT = 100_000;
const DEFAULT_PORTS: Record<string, number> = { http: 80, https: 443 };

/** All addresses with a port, and all hosts of URLs, each once. */
export function addressesInText(whole: string): Address[] {
  const text = whole.slice(0, MAX_TEXT);
  const found = new Map<string, Address>();
  const keep = (host: string, port: number | null) => {
    const name = host.replace(/\.$/, '').toLowerCase();
    if (port === null || (port > 0 && port < 65_536)) found.set(`${name}:${port}`, { host: name, port });
  };
  for (const [, host, port] of text.matchAll(WITH_PORT))
    if (host && !/\.(?:java|go|py|js|ts|rb|cs|c|cc|cpp|scala|kt)$/i.test(host)) keep(host, Number(port));
  for (const [, host, port] of text.matchAll(IP_WITH_PORT)) if (host) keep(host, Number(port));
  for (const [url, host] of text.matchAll(IN_URL))
    if (host) keep(host, DEFAULT_PORTS[url.slice(0, url.indexOf(':')).toLowerCase()] ?? null);
  return [...found.values()];
}

const HOST = /^[a-z](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\.?$/i;
const NAMES_HOST = /(?:^|[_.-])(?:host|hostname|addr|address|server|service|endpoint|url|uri|domain)s?$/i;
const NAMES_PORT = /(?:^|[_.-])port$/i;

/** Whether a variable of this name holds a host name. */
export const namesHost = (variable: string): boolean => NAMES_HOST.test(variable);
export const namesPort = (variable: string): boolean => NAMES_PORT.test(variable);
export const isHostName = (value: string): boolean => value.length <= 253 && HOST.test(value);

/** What two variables of one thing have in common: `DB_HOST` and `DB_PORT` have `DB`. */
export const stemOf = (variable: string): string =>
  variable.replace(/[_.-]?(?:host|hostname|addr|address|server|endpoint|url|uri|domain|port)s?$/i, '').toUpperCase();
