import { byId, h, refill, setText } from './dom.mjs';
import { HEALTH, percent, perSecond, seconds } from './format.mjs';
import { sparkline } from './spark.mjs';

const COLUMNS = ['Service', 'Ready', 'Requests', 'Errors', 'p99', 'Memory', 'p99, last hour'];

/** The services as a table: what the graph shows, readable line by line. */
export function createServices({ onselect }) {
  const body = h('tbody');
  refill(
    byId('services'),
    h('div', { class: 'shop-head' }, h('h2', {}, 'Services')),
    h(
      'div',
      { class: 'table-frame' },
      h(
        'table',
        { class: 'services' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            COLUMNS.map((name, index) => h('th', { scope: 'col', class: `col-${index}` }, name)),
          ),
        ),
        body,
      ),
    ),
  );
  const rows = new Map();

  const rowFor = (name) => {
    const cells = COLUMNS.slice(1).map((_name, index) => h('td', { class: `col-${index + 1}` }));
    const sign = h('span', { role: 'img' });
    const button = h('button', { type: 'button', class: 'link', onclick: () => onselect(name) }, name);
    const bar = h('meter', { min: 0, max: 1, high: 0.85, optimum: 0.3 });
    const memory = h('span');
    cells[4].append(bar, memory);
    const node = h('tr', {}, h('th', { scope: 'row', class: 'col-0' }, sign, ' ', button), cells);
    body.append(node);
    return { node, sign, button, cells, bar, memory };
  };

  return {
    show(services, selected) {
      for (const service of services) {
        const row = rows.get(service.name) ?? rowFor(service.name);
        rows.set(service.name, row);
        row.node.className = `${service.health === 'ok' ? '' : 'bad-row'}${service.name === selected ? ' selected' : ''}`;
        row.sign.className = service.health;
        row.sign.setAttribute('aria-label', HEALTH[service.health].words);
        setText(row.sign, HEALTH[service.health].sign);
        row.button.setAttribute('aria-pressed', String(service.name === selected));
        setText(row.cells[0], `${service.ready}/${service.replicas}`);
        setText(row.cells[1], perSecond(service.requestsPerSecond));
        setText(row.cells[2], percent(service.errorRatio));
        setText(row.cells[3], seconds(service.p99Seconds));
        row.bar.value = service.memoryRatio;
        setText(row.memory, percent(service.memoryRatio));
      }
      for (const [name, row] of rows) {
        if (services.some((service) => service.name === name)) continue;
        row.node.remove();
        rows.delete(name);
      }
    },
    showHistory(history) {
      for (const [name, row] of rows) {
        const series = history[name] ?? [];
        refill(
          row.cells[5],
          sparkline(
            series.map((point) => point.p99),
            series.map((point) => point.t),
          ),
        );
      }
    },
  };
}
