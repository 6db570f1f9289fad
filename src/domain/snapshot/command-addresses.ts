import type { Address } from './address.ts';

const NETCAT =
  /(?:^|[\s;&|/(])(?:nc|ncat|netcat|telnet)(?: {1,4}-[a-z]{1,8}(?: {1,4}\d{1,6})?){0,6} {1,4}([a-z][a-z0-9.-]{0,252}) {1,4}(\d{2,5})\b/gi;
const LOOKUP = /(?:^|[\s;&|/(])(?:nslookup|getent {1,4}hosts) {1,4}([a-z][a-z0-9.-]{0,252})/gi;
const TCP_FILE = /\/dev\/tcp\/([a-z][a-z0-9.-]{0,252})\/(\d{2,5})\b/gi;
const CLIENT = /(?:^|[\s;&|/(])(?:pg_isready|psql|mysqladmin|mysql|mariadb|redis-cli|mongosh?|rabbitmq-diagnostics)\b/i;
const CLIENT_HOST = / (?:-h {0,4}|--host[= ])([a-z][a-z0-9.-]{0,252})/i;
const CLIENT_PORT = / (?:-p {0,4}|--port[= ])(\d{2,5})\b/i;
const MAX_TEXT = 4_000;

/** Hosts that a shell command asks for without a colon: `nc -z db 5432`, `nslookup db`, `pg_isready -h db`. */
export function addressesInCommand(words: readonly string[]): Address[] {
  const text = words.join(' ').slice(0, MAX_TEXT);
  const pairs = [...text.matchAll(NETCAT), ...text.matchAll(TCP_FILE)].map(([, host = '', port]) => ({
    host,
    port: Number(port),
  }));
  const names = [...text.matchAll(LOOKUP)].map(([, host = '']) => ({ host, port: null }));
  const host = CLIENT.test(text) ? CLIENT_HOST.exec(text)?.[1] : undefined;
  const client = host === undefined ? [] : [{ host, port: Number(CLIENT_PORT.exec(text)?.[1]) || null }];
  return [...pairs, ...names, ...client].map((one) => ({ ...one, host: one.host.toLowerCase().replace(/\.$/, '') }));
}
