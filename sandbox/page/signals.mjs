import { byId, h, refill, setText } from './dom.mjs';
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

/**
 * The golden signals of the chosen service over the last hour, with faults and Nightshift's messages about it marked. The charts are drawn
 * anew only when their data changed; figures are updated in place. Pointing at one chart reads all four at that instant.
 */
export function createSignals(channel) {
  const host = byId('signals');
  let drawn = { key: '', figures: [], frames: [], facts: null };
  /** Share of the width that is pointed at, also after charts were drawn anew; NaN for none. */
  let pointed = Number.NaN;

  const draw = (service, history, marks) => {
    const times = history.map((point) => point.t);
    const width = chartWidth(host);
    const figures = CHARTS.map(() => h('b', {}));
    const charts = CHARTS.map((chart) =>
      areaChart({ ...chart, values: history.map((point) => point[chart.key]), times, marks, width }),
    );
    const frames = CHARTS.map((chart, index) =>
      h(
        'figure',
        { class: 'chart', role: 'img' },
        h('figcaption', {}, chart.title, figures[index]),
        charts[index].node,
      ),
    );
    const words =
      times.length < 2
        ? 'No history yet.'
        : [h('span', {}, clockTime(times[0])), marksLegend(marks), h('span', {}, clockTime(times.at(-1)))];
    const grid = h('div', { class: 'charts' }, frames);
    const read = (share) => {
      pointed = share;
      for (const chart of charts) chart.point(share);
    };
    grid.addEventListener('pointermove', (event) => {
      const svg = event.target.closest('svg');
      read(svg === null ? Number.NaN : (event.clientX - svg.getBoundingClientRect().left) / width);
    });
    grid.addEventListener('pointerleave', () => read(Number.NaN));
    read(pointed);
    const facts = h('p', { class: 'facts' });
    refill(host, h('div', { class: 'shop-head' }, title(service), facts), grid, h('p', { class: 'axis-words' }, words));
    drawn = { ...drawn, figures, frames, facts };
  };

  return {
    show(service, history, faults) {
      if (service === undefined) return refill(host);
      const marks = [...faultMarks(service, faults), ...messageMarks(service, channel)];
      const last = history.at(-1);
      const key = JSON.stringify([
        service.name,
        service.health,
        service.critical,
        host.clientWidth,
        history.length,
        last?.t,
        last?.p99,
        marks.map((mark) => mark.t),
      ]);
      if (key !== drawn.key) draw(service, history, marks);
      drawn.key = key;
      setText(drawn.facts, factsOf(service));
      for (const [index, chart] of CHARTS.entries()) {
        setText(drawn.figures[index], chart.now(service));
        const most = chart.format(Math.max(0, ...history.map((point) => point[chart.key])));
        drawn.frames[index].setAttribute(
          'aria-label',
          `${chart.title} of ${service.name}: now ${chart.now(service)}, at most ${most} in the last hour`,
        );
      }
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

function title(service) {
  const { sign, words } = HEALTH[service.health];
  const critical = service.critical ? h('span', { class: 'tag' }, 'critical') : null;
  return h(
    'h3',
    {},
    h('span', { class: service.health, role: 'img', 'aria-label': words }, sign),
    ` ${service.name}`,
    critical,
  );
}

const factsOf = (service) =>
  [
    `${service.ready} of ${service.replicas} ready`,
    shortImage(service.image),
    `revision ${service.revision}`,
    `${service.restarts} restarts`,
    `CPU ${percent(service.cpuRatio)}`,
  ].join(' · ');

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
