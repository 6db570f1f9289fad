import { type Address, addressesInText } from './address.ts';
import { latestOfLine } from './line-instant.ts';
import type { ContainerLog } from './snapshot.ts';

/** What a log line says went wrong, where it says it in words that programs share. */

export type LogSignKind =
  | 'unknown_host'
  | 'refused'
  | 'timeout'
  | 'reset'
  | 'too_many_connections'
  | 'pool_exhausted'
  | 'packet_too_large'
  | 'deadlock'
  | 'access_denied'
  | 'read_only_database'
  | 'unknown_database'
  | 'address_in_use'
  | 'permission_denied'
  | 'read_only_files'
  | 'disk_full'
  | 'out_of_memory'
  | 'rbac'
  | 'certificate'
  | 'missing_setting'
  | 'missing_file'
  | 'bad_config'
  | 'bad_command'
  | 'mesh_denied'
  | 'malformed_reply'
  | 'crash';

export type LogSign = {
  kind: LogSignKind;
  line: string;
  log: ContainerLog;
  addresses: Address[];
  /** What the line names: a host, a port, a path, a user, a variable. */
  named: string;
  /** How many lines of the log say so. */
  count: number;
  /** Whether it stands near the end of the log. */
  late: boolean;
  /** Which line of the log it is. */
  index: number;
};

/** The first that fits counts. A group named `n` is what the line names. */
const SIGNS: [LogSignKind, RegExp][] = [
  [
    'too_many_connections',
    /too many (?:clients|connections)|remaining connection slots|max_user_connections|User .{1,80} has exceeded the|maximum number of connections|max number of clients reached|too many open connections/i,
  ],
  [
    'pool_exhausted',
    /Connection is not available, request timed out(?! after \d{1,9}ms\.? \(total=0\b)|connection pool exhausted|QueuePool limit of size|Timeout acquiring a connection|Pool empty\. Unable to fetch a connection|prior to obtaining a connection from the pool|Could not get a resource from the pool|Cannot get a connection, pool error|waiting for idle object|PoolExhaustedException|client to checkout a Connection has timed out/i,
  ],
  ['packet_too_large', /PacketTooBigException|Packet for query is too large|max_allowed_packet/i],
  [
    'deadlock',
    /Deadlock found when trying to get lock|deadlock detected|was deadlocked on lock|Deadlock\w{0,10}Exception/i,
  ],
  [
    'access_denied',
    /Access denied for user '?(?<n>[^'\s@]*)|password authentication failed for user "?(?<n2>[^"\s]*)|(?:NOAUTH|WRONGPASS)\b|Authentication failed\.?(?:$|[\s,.:])|SCRAM authentication|ERR AUTH|invalid username-password pair|role "(?<n3>[^"]+)" does not exist|ACCESS_REFUSED|Host '[^']+' is not allowed to connect/i,
  ],
  [
    'unknown_database',
    /Unknown database '(?<n>[^']+)'|database "(?<n2>[^"]+)" does not exist|Table '(?<n3>[^']+)' doesn't exist|relation "[^"]+" does not exist/i,
  ],
  [
    'read_only_database',
    /--read-only option|super-read-only|read-only transaction|READONLY You can't write against a read only|MISCONF Redis|not master and slaveOk|NotWritablePrimary|cannot execute \w+ in a read-only/i,
  ],
  ['rbac', /is forbidden: User \\?"(?<n>[^"\\]+)|cannot (?:get|list|watch|create|update|patch|delete) resource/i],
  [
    'unknown_host',
    /UnknownHost(?:Exception)?:?\s*(?<n>[\w.-]*)|no such host|could not resolve host:?\s*(?<n2>[\w.-]*)|getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (?<n3>[\w.-]+)|Name or service not known|Temporary failure in name resolution|nodename nor servname|host not found(?: in upstream "?(?<n10>[\w.-]+))?|bad address '(?<n4>[\w.-]+)'|failed to resolve|Name does not resolve|could not translate host name "(?<n5>[\w.-]+)"|Unknown MySQL server host '(?<n6>[\w.-]+)'|DNS resolution failed(?: for (?:service: )?(?<n7>[\w.-]+))?|unable to resolve host "?(?<n8>[\w.-]+)|server misbehaving|produced zero addresses|\bSERVFAIL\b|\bNXDOMAIN\b|\bquery(?:A{1,4}|Srv)? E(?:TIMEOUT|SERVFAIL|NOTFOUND|CONNREFUSED) (?<n9>[\w.-]+)|Could not contact DNS servers|DnsNameResolver\w{0,20}Exception/i,
  ],
  [
    'address_in_use',
    /address (?:already )?in use|EADDRINUSE|Port (?<n>\d+) was already in use|bind\(\) to .{1,60} failed \(98|Only one usage of each socket/i,
  ],
  [
    'out_of_memory',
    /OutOfMemoryError|out of memory|heap space|cannot allocate memory|allocation failed - JavaScript heap|MemoryError|GC overhead limit/i,
  ],
  [
    'disk_full',
    /no space left on device|The table '[^']{1,128}' is full|disk quota exceeded|ENOSPC|error number 28\b|errno:? 28\b/i,
  ],
  ['read_only_files', /read-only file system|\bEROFS\b/i],
  [
    'certificate',
    /x509: |certificate (?:has expired|verify failed|is not trusted|signed by unknown)|PKIX path|SSLHandshakeException|tls: (?:bad|failed|handshake)|first record does not look like a TLS handshake|wrong version number/i,
  ],
  ['mesh_denied', /RBAC: access denied|rbac_access_denied|unauthorized connection on route|server_authorization/i],
  [
    'bad_command',
    /executable file not found|exec format error|(?:^|\s)(?<n>\S+): (?:command )?not found$|Could not find or load main class (?<n2>\S+)|Cannot find module '(?<n3>[^']+)'|can't open file '(?<n4>[^']+)'|Unable to access jarfile (?<n5>\S+)|unrecognized (?:arguments|option):? ?(?<n6>\S*)|unknown (?:flag|option|shorthand flag):? ?(?<n7>\S*)|flag provided but not defined:? ?(?<n8>\S*)|invalid choice|Unrecognized (?:VM )?option:? '?(?<n9>[^\s']*)|Could not create the Java Virtual Machine|Invalid (?:maximum|initial|minimum) heap size:? ?(?<n10>\S*)|Invalid thread stack size|VM option '[^']{1,100}' is/i,
  ],
  [
    'missing_setting',
    /environment variable "?(?<n>\w+)"? (?:is )?(?:not set|missing|required|undefined|must be)|(?<n2>[A-Z][A-Z0-9_]{2,80}) (?:environment variable )?(?:is |was )?(?:not set|is required|must be set|is not defined|missing|undefined)|missing required (?:environment variable|env(?:ironment)?(?: var)?|setting|config\w*|property|parameter):? ?"?(?<n3>[\w.-]*)|(?<=\w'?) (?:attribute|option) is not specified|Could not resolve placeholder '(?<n4>[^']+)'|KeyError: '(?<n5>[A-Z][A-Z0-9_]+)'|must (?:be )?set (?<n6>[A-Z][A-Z0-9_]+)|(?:value|variable) (?:of )?(?<n7>[A-Z][A-Z0-9_]{2,}) .{0,20}(?:empty|missing)/,
  ],
  [
    'bad_config',
    /(?:invalid|malformed|bad|failed to (?:parse|load|read|unmarshal)|error (?:parsing|loading|reading|in)|cannot (?:parse|load)|unable to (?:parse|load|read)) (?:the )?(?:\w+ )?(?:config\w*|settings?|yaml|json|properties|configuration file)|yaml: (?:line|unmarshal)|unknown directive|\[emerg\]|NumberFormatException|invalid literal for int|strconv\.\w+: parsing|Failed to bind properties|invalid (?:value|port|integer|boolean|duration|URL|URI|DSN|connection string|control character|userinfo)\b|illegal base64|Illegal base64 character|Incorrect padding|net\/url: |parse error|BindException: Cannot assign|unknown variable '|FATAL CONFIG FILE|Bad directive|No suitable driver|claims to not accept jdbcUrl|Unexpected token .{1,60} in JSON|(?:yaml|json)\S{0,40}(?:Parser|Scanner|Decode)Error|while parsing a (?:flow|block) |unrecognized configuration parameter/i,
  ],
  [
    'permission_denied',
    /permission denied|\bEACCES\b|operation not permitted|AccessDeniedException|Permission denied: '(?<n>[^']+)'|(?:chown|mkdir|open|touch).{0,120}denied/i,
  ],
  [
    'missing_file',
    /no such file or directory|(?:read|open|load|config)\w{0,12}:? .{0,160}is a directory\b|\bEISDIR\b|FileNotFound(?:Exception|Error)|\bENOENT\b|cannot open (?:file|shared object)/i,
  ],
  [
    'refused',
    /connection refused|ECONNREFUSED|ConnectException|connect: connection reset|actively refused|Can't connect to (?:MySQL )?server|Communications link failure|Connection to .{1,80} failed|could not connect to server|No connection could be made|UnableToConnect on|not possible to connect|Failed to connect to|Unable to connect to|connection to server at/i,
  ],
  [
    'reset',
    /connection reset by peer|ECONNRESET|Connection reset\b|reset reason: |disconnect\/reset before headers|upstream connect error|unexpected EOF|socket hang up|Empty reply from server/i,
  ],
  [
    'timeout',
    /i\/o timeout|context deadline exceeded|DeadlineExceeded|deadline exceeded|timed? ?out|ETIMEDOUT|no route to host|EHOSTUNREACH|network is unreachable|SocketTimeout/i,
  ],
  [
    'malformed_reply',
    /malformed HTTP response|HTTP\/1\.x transport connection broken|http2: .{0,60}frame|server gave HTTP response to HTTPS|unexpected HTTP status code received from server|error reading server preface|Received HTTP\/0\.9/i,
  ],
  [
    'crash',
    /\bpanic:|\bfatal\b|segmentation fault|SIGSEGV|unhandled (?:exception|rejection)|uncaught|Traceback \(most recent|Exception in thread|APPLICATION FAILED TO START|Application run failed|Error: .{10,}/i,
  ],
];
/** What one of the signs has in it: most lines are done with after this. */
const CANDIDATE =
  /err|fail|exce|exhaust|limit|lock|packet|query|pool|denied|refus|timeout|timed|panic|fatal|not |no |unknown|unable|could|can't|cannot|full|use|forbidden|invalid|missing|x509|tls|cert|memory|read-?only|too many|reset|uncaught|trace|\[emerg|malformed|deadline|auth|bad|illegal|padding|directory|net\/url|EISDIR/i;
/** Said while what was seen is sent to those who watch: nobody who is served is hurt by it. */
const OBSERVING =
  /(?:export|send|sending|upload|report|flush)\w{0,5} .{0,40}(?:spans?|traces?|metrics?|telemetry|profiles?)\b|otel[-_]?(?:col|exporter)|otlp|opentelemetry|jaeger|zipkin|tracing/i;
const NETWORK: LogSignKind[] = ['unknown_host', 'refused', 'timeout', 'reset', 'certificate', 'malformed_reply'];
const FINE =
  /^\s*(?:\S+ +){0,4}\[?(?:INFO|DEBUG|TRACE)\b|"(?:level|severity)":\s*"(?:info|debug|trace)"|\blevel=(?:info|debug)\b/i;
const MAX_LINES = 600;
const MAX_LINE = 2_000;
const LATE = 40;

/** How far above a line, as in a stack trace, stands the one that says when. */
const DATED_ABOVE = 40;

/** Each kind of sign about each thing once, with how often, the newest line of it, most frequent first. Lines that say themselves to be from before `since` (epoch ms) are history. */
export function logSigns(log: ContainerLog, since = 0): LogSign[] {
  const found = new Map<string, LogSign>();
  const from = Math.max(0, log.lines.length - MAX_LINES);
  for (let index = from; index < log.lines.length; index++) {
    const line = (log.lines[index] ?? '').slice(0, MAX_LINE);
    if (!CANDIDATE.test(line)) continue;
    const sign = signIn(line);
    if (!sign || (NETWORK.includes(sign.kind) && OBSERVING.test(line))) continue;
    if (since > 0 && isFrom(log.lines, index, since)) continue;
    if (FINE.test(line) && sign.kind !== 'unknown_host' && sign.kind !== 'access_denied') continue;
    const addresses = addressesOf(log.lines, index, sign.kind);
    const key = `${sign.kind} ${sign.named} ${addresses.map(({ host, port }) => (/^[\d.]+$/.test(host) ? port : `${host}:${port}`)).join()}`;
    const known = found.get(key);
    found.set(key, {
      ...sign,
      line,
      log,
      addresses,
      count: (known?.count ?? 0) + 1,
      late: index >= log.lines.length - LATE,
      index,
    });
  }
  return [...found.values()].sort((left, right) => right.count - left.count);
}

/** Within a stack trace, or below the line that was logged with it, the address stands above the exception. */
const TRACE_LINE =
  /^(?:\s|$|Caused by:|Connection (?:refused|timed out|reset)|[\w$]{1,60}(?:\.[\w$]{1,60}){1,12}(?:Exception|Error)\b)/;
const TRACE_ABOVE = 8;
/** What the container runtime puts before each line, a trace's as well. */
const RUNTIME_STAMP = /^\d{4}-\d\d-\d\dT[\d:.]{8,20}(?:Z|[+-]\d\d:\d\d) (?:std(?:out|err) [FP] )?/;

const withoutStamp = (line: string): string => line.slice(0, MAX_LINE).replace(RUNTIME_STAMP, '');

function addressesOf(lines: string[], index: number, kind: LogSignKind): Address[] {
  const own = addressesInText(withoutStamp(lines[index] ?? ''));
  if (own.length > 0 || !NETWORK.includes(kind)) return own;
  for (let at = index; at > Math.max(0, index - TRACE_ABOVE) && TRACE_LINE.test(withoutStamp(lines[at] ?? '')); at--) {
    const above = addressesInText(withoutStamp(lines[at - 1] ?? ''));
    if (above.length > 0) return above;
  }
  return [];
}

function isFrom(lines: string[], index: number, since: number): boolean {
  for (let above = index; above >= Math.max(0, index - DATED_ABOVE); above--) {
    const said = latestOfLine((lines[above] ?? '').slice(0, MAX_LINE), since);
    if (said !== null) return said < since;
  }
  return false;
}

function signIn(line: string): Pick<LogSign, 'kind' | 'named'> | null {
  for (const [kind, pattern] of SIGNS) {
    const match = pattern.exec(line);
    if (match) return { kind, named: Object.values(match.groups ?? {}).find((one) => one) ?? '' };
  }
  return null;
}

const LOOKUP = /lookup (?!error)([\w.-]+?)(?:\.)?(?: on |:|,|$)/;

/** Asking the cluster's DNS, and not getting an answer: by its port (never the minutes of a time of day), or in words that are only said of names. */
const OF_NAMES =
  /\blookup [\w.-]{1,253} on |\b\d{1,3}(?:\.\d{1,3}){3}:53\b|name resolution|\bdns (?:resolution|lookup|query|servers?|request|record)\b|\bdns: |\b(?:A|AAAA|SRV) record lookup|\bSERVFAIL\b|\bNXDOMAIN\b|EAI_AGAIN|DnsNameResolver|no such host/i;

export const saysDns = ({ kind, line }: Pick<LogSign, 'kind' | 'line'>): boolean =>
  (kind === 'unknown_host' || kind === 'timeout' || kind === 'refused') && OF_NAMES.test(line);

/** The host that could not be found, as far as the line says. */
export function unknownHost({ line, named, addresses }: LogSign): string {
  const looked = LOOKUP.exec(line)?.[1];
  return (looked ?? (named || addresses.find(({ host }) => !/^[\d.]+$/.test(host))?.host) ?? '')
    .replace(/\.$/, '')
    .toLowerCase();
}
