import { causeKindInfo } from '../cause-kind-info.ts';
import { maskText } from '../mask-text.ts';
import { objectKey, refText } from './snapshot.ts';
import type { StateCause, StateFact } from './state-cause.ts';

/** The one line that is read first: which object, what is wrong with it, and the value that convicts. */

type Told = Pick<StateCause, 'what' | 'object' | 'facts'>;

const MOST_VALUE = 110;
/** How a container ended, and how often: true of every crash, and no reason. */
const ENDED = /\.lastState\.terminated$|\.restartCount$|^status\.phase$|^status\.containerStatuses\[[^\]]{1,63}\]$/;
/** What says it in so many words, wherever it stands. */
const PLAIN = /^(?:right that it lacks|keeps from)/;
/** True of every cluster, and in the way of what is told. */
const USUAL_TAINT = /\d{1,4} node\(s\) had untolerated taint \{node-role\.kubernetes\.io\/[\w-]{1,40}: \},? ?/;
const EMPTY = new Set(['', '[]', '{}', 'null']);
/** When a line was written is said elsewhere. */
const SAID_BEFORE = /^(?:\d{4}-\d\d-\d\d[T ][\d:.,]{5,18}(?:Z|[+-]\d\d:?\d\d)?\s{1,8}){1,2}/;

const isLog = ({ field }: StateFact): boolean => /^log\b/.test(field);
const isEvent = ({ field }: StateFact): boolean => /^event\b/.test(field);
const isOwn = ({ object }: Told, one: StateFact): boolean => objectKey(one.object) === objectKey(object);
const isTelling = (one: StateFact): boolean => !EMPTY.has(one.value.trim()) && !ENDED.test(one.field);

/** "Deployment shop/cart: a variable … names a host that no Service has: REDIS_ADDR is redis-cache:6379". */
export function plainCause(cause: Told): string {
  const value = convictingValue(cause);
  return `${refText(cause.object)}: ${causeKindInfo(cause.what).title}${value === '' ? '' : `: ${value}`}`;
}

/** The field that is wrong before the event that tells of it, unless a program's own words come first; '' where nothing tells. */
export function convictingValue(cause: Told): string {
  const telling = cause.facts.filter(isTelling);
  const [first] = telling;
  const last = cause.facts.filter(({ value }) => !EMPTY.has(value.trim()));
  if (!first) return factWords(cause, last.find(({ field }) => field !== 'status.phase') ?? last[0]);
  const log = telling.find(isLog);
  const field = telling.find((one) => !isLog(one) && !isEvent(one));
  const endedOnly = cause.facts[0] !== undefined && ENDED.test(cause.facts[0].field);
  const lacking = telling.find(
    (one) => !isLog(one) && one.field !== 'metadata.name' && isOwn(cause, one) && /\bno such\b/.test(one.value),
  );
  const plain = telling.find((one) => PLAIN.test(one.field)) ?? lacking;
  const chosen = plain ?? (isLog(first) ? first : endedOnly && log ? log : (field ?? first));
  return [factWords(cause, chosen), ...besides(cause, chosen, telling)].filter((one) => one !== '').join('; ');
}

/** What the field is held against, and on how many more objects it is the same. */
function besides({ object }: Told, chosen: StateFact, telling: StateFact[]): string[] {
  const against = telling.find(
    (one) => one !== chosen && !isLog(one) && /(?:^|\.)(?:ports|labels|requested)$|^spec\.minReplicas$/.test(one.field),
  );
  const same = telling.filter(
    (one) => one.field === chosen.field && objectKey(one.object) !== objectKey(chosen.object),
  );
  const named = telling.find((one) => one.field === 'metadata.name' && objectKey(one.object) !== objectKey(object));
  return [
    ...(same.length > 0 && !isLog(chosen) && !isEvent(chosen)
      ? [`also of ${same.map((one) => one.object.name).join(', ')}`]
      : []),
    ...(against ? [`${shortField(against.field)} ${shownValue(against)}`] : []),
    ...(named
      ? [`${named.object.kind} ${named.object.name} ${/^(?:no|not)\b/.test(named.value) ? 'is not there' : 'is there'}`]
      : []),
  ].map((one) => maskText(one, MOST_VALUE));
}

function factWords({ object }: Told, one: StateFact | undefined): string {
  if (!one) return '';
  if (isLog(one)) {
    const of = /^log of (\S{1,63})/.exec(one.field)?.[1];
    return `${of ? `${of} says` : 'a log says'} “${shownValue(one)}”`;
  }
  const whose =
    objectKey(one.object) === objectKey(object) || one.object.kind === 'Pod'
      ? ''
      : `${one.object.kind} ${one.object.name} `;
  if (PLAIN.test(one.field)) return `${one.field}: ${shownValue(one)}`;
  if (/^no such\b/.test(one.value)) return shownValue(one);
  return isEvent(one) ? `“${shownValue(one)}”` : `${whose}${shortField(one.field)} is ${shownValue(one)}`;
}

const shownValue = ({ field, value }: StateFact): string =>
  maskText(sizeOf(field, coreOf(value)), MOST_VALUE).replace(/\.$/, '');

/** Of a long line the end of what wraps it: an RPC's own description stands last. */
function coreOf(value: string): string {
  const said = value.replace(SAID_BEFORE, '').replace(USUAL_TAINT, '');
  const at = said.length > MOST_VALUE ? said.lastIndexOf('desc = ') : -1;
  return at < 0 ? said : said.slice(at + 'desc = '.length);
}

/** Bytes as people write them. */
function sizeOf(field: string, value: string): string {
  if (!/(?:memory|storage)$/.test(field) || !/^\d{6,15}$/.test(value)) return value;
  const size = Number(value);
  const [unit, factor] = size % 2 ** 30 === 0 ? ['Gi', 2 ** 30] : ['Mi', 2 ** 20];
  return `${Math.round(size / (factor as number))}${unit}`;
}

/** `spec.template.spec.containers[server].env[REDIS_ADDR]` is REDIS_ADDR to whoever reads it. */
function shortField(field: string): string {
  const variable = /\benv\[([^\]]{1,120})\](?:\.valueFrom)?$/.exec(field)?.[1];
  if (variable) return variable;
  const [, container, rest] = /ontainers\[([^\]]{1,63})\]\.(.{1,200})$/.exec(field) ?? [];
  if (container && rest) return /^(?:image|envFrom|ports)$/.test(rest) ? rest : `${rest} of ${container}`;
  return field.replace(/^spec\.template\.(?:spec\.)?/, '');
}
