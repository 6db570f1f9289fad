import { byId, h, refill } from './dom.mjs';
import { HEALTH, percent, perSecond, seconds, shortImage } from './format.mjs';
import { msOf } from './message.mjs';
import { clockTime } from './slack-date.mjs';
import { areaChart } from './spark.mjs';

/** Between charts, in CSS pixels; as in the style sheet. */
const GAP = 14;

const CHARTS = [
  {
    key: 'rps',
    title: 'Requests',
    format: perSecond,
    floor: 1,
    now: (service) => perSecond(service.requestsPerSecond),
  },
  { key: 'errors', title: 'Errors', format: percent, floor: 0.01, now: (service) => percent(service.errorRatio) },
  { key: 'p99', title: 'p99', format: seconds, floor: 0.05, now: (service) => seconds(service.p99Seconds) },
  { key: 'memory', title: 'Memory', format: percent, floor: 1, now: (service) => percent(service.memoryRatio) },
];

/** The golden signals of the chosen service over the last hour, with faults and Nightshift's messages about it marked. */
export function createSignals(channel) {
  const host = byId('signals');
  return {
    show(service, history, faults) {
      if (service === undefined) return refill(host);
      const times = history.map((point) => point.t);
      const marks = [...faultMarks(service, faults), ...messageMarks(service, channel)];
      const width = chartWidth(host);
      refill(
        host,
        head(service),
        h(
          'div',
          { class: 'charts' },
          CHARTS.map((chart) => {
            const values = history.map((point) => point[chart.key]);
            const label = `${chart.title} of ${service.name}: now ${chart.now(service)}, at most ${chart.format(Math.max(0, ...values))} in the last hour`;
            return h(
              'figure',
              { class: 'chart', role: 'img', 'aria-label': label },
              h('figcaption', {}, chart.title, h('b', {}, chart.now(service))),
              areaChart({ values, times, marks, format: chart.format, width, floor: chart.floor }),
            );
          }),
        ),
        h(
          'p',
          { class: 'axis-words' },
          times.length < 2
            ? 'No history yet.'
            : [h('span', {}, clockTime(times[0])), marksLegend(marks), h('span', {}, clockTime(times.at(-1)))],
        ),
      );
    },
  };
}

/** Room for one of the charts, of which two or four stand side by side as the style sheet says. */
function chartWidth(host) {
  const style = getComputedStyle(host);
  const inner = host.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight);
  const side = matchMedia('(max-width: 560px)').matches ? 2 : 4;
  return Math.max(110, Math.floor((inner - GAP * (side - 1)) / side));
}

function head(service) {
  const { sign, words } = HEALTH[service.health];
  const facts = [
    `${service.ready} of ${service.replicas} ready`,
    shortImage(service.image),
    `revision ${service.revision}`,
    `${service.restarts} restarts`,
    `CPU ${percent(service.cpuRatio)}`,
  ];
  return h(
    'div',
    { class: 'shop-head' },
    h(
      'h3',
      {},
      h('span', { class: service.health, role: 'img', 'aria-label': words }, sign),
      ` ${service.name}`,
      service.critical ? h('span', { class: 'tag' }, 'critical') : null,
    ),
    h('p', { class: 'facts' }, facts.join(' · ')),
  );
}

const faultMarks = (service, faults) =>
  faults
    .filter((fault) => fault.service === service.name)
    .map((fault) => ({ t: fault.since, kind: 'fault', words: `${fault.kind} since ${clockTime(fault.since)}` }));

/** First messages about the service; the word must stand alone, so that `api` isn't found in `payment-api`. */
function messageMarks(service, channel) {
  const word = new RegExp(`(?<![\\w-])${service.name.replace(/[^\w-]/g, '.')}(?![\\w-])`);
  return [...channel.messages.values()]
    .filter((message) => message.thread_ts === null && !message.ephemeral_for && word.test(message.text))
    .map((message) => ({
      t: msOf(message.ts),
      kind: 'message',
      words: `Nightshift at ${clockTime(msOf(message.ts))}`,
    }));
}

function marksLegend(marks) {
  const has = (kind) => marks.some((mark) => mark.kind === kind);
  return h(
    'span',
    {},
    has('fault') ? h('span', { class: 'key key-fault' }, 'fault') : null,
    has('message') ? h('span', { class: 'key key-message' }, 'Nightshift spoke') : null,
  );
}
