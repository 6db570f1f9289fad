import { byId, h, refill, s, setText } from './dom.mjs';
import { HEALTH, percent, perSecond, seconds, serviceWords } from './format.mjs';
import { layoutGraph } from './graph-layout.mjs';

/** The live call graph. `onselect(name)` when a service is chosen. */
export function createGraph({ onselect }) {
  const host = byId('graph');
  const frame = h('div', { class: 'graph-frame' });
  refill(host, h('div', { class: 'shop-head' }, h('h2', {}, 'The shop'), legend()), frame);
  let drawn = { key: '', nodes: new Map(), edges: [] };

  const build = (services, width) => {
    const plan = layoutGraph(services, width);
    const edges = plan.edges.map(([from, to]) => ({
      from,
      to,
      path: s('path', { class: 'edge', d: curve(plan, from, to) }),
      flow: s('path', { class: 'flow', d: curve(plan, from, to) }),
    }));
    const nodes = new Map(services.map((service) => [service.name, buildNode(service, plan, onselect)]));
    const svg = s(
      'svg',
      {
        viewBox: `-2 -2 ${width + 4} ${plan.height + 4}`,
        width: width + 4,
        height: plan.height + 4,
        role: 'group',
        'aria-label': 'Who calls whom',
      },
      edges.flatMap((edge) => [edge.path, edge.flow]),
      [...nodes.values()].map((node) => node.group),
    );
    const focused = frame.contains(document.activeElement) ? document.activeElement.getAttribute('data-name') : null;
    refill(frame, svg);
    if (focused !== null) nodes.get(focused)?.group.focus();
    drawn = { key: keyOf(services, width), nodes, edges };
  };

  return {
    /** Draws anew when services or the width changed; otherwise only updates. */
    show(services, selected) {
      const width = Math.floor(frame.clientWidth) - 4;
      if (width < 100) return;
      if (drawn.key !== keyOf(services, width)) build(services, width);
      const byName = new Map(services.map((service) => [service.name, service]));
      for (const service of services) updateNode(drawn.nodes.get(service.name), service, service.name === selected);
      for (const edge of drawn.edges) updateEdge(edge, byName);
    },
  };
}

const keyOf = (services, width) =>
  `${width}|${services.map((service) => `${service.name}>${service.calls.join(',')}`).join('|')}`;

function curve({ nodes, nodeWidth, nodeHeight }, from, to) {
  const a = nodes.get(from);
  const b = nodes.get(to);
  const [x1, y1, x2, y2] = [a.x + nodeWidth / 2, a.y + nodeHeight, b.x + nodeWidth / 2, b.y];
  const bend = Math.max(18, Math.abs(y2 - y1) / 2);
  return `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
}

function buildNode(service, plan, onselect) {
  const { x, y } = plan.nodes.get(service.name);
  const { nodeWidth: width, nodeHeight: height } = plan;
  const narrow = width < 118;
  const sign = s('text', { class: 'node-sign', x: x + 9, y: y + 20 });
  const ready = s('text', { class: 'node-ready', x: x + width - 8, y: y + 39, 'text-anchor': 'end' });
  const figures = s('text', { class: 'node-figures', x: x + 9, y: y + 39 });
  const name = s(
    'text',
    { class: `node-name${narrow ? ' narrow' : ''}`, x: x + 22, y: y + 20 },
    shorten(service.name, narrow ? Math.floor((width - 26) / 5.6) : 18),
  );
  const group = s(
    'g',
    { class: 'node', tabindex: 0, role: 'button', 'data-name': service.name, onclick: () => onselect(service.name) },
    s('rect', { class: 'node-box', x, y, width, height, rx: 8 }),
    sign,
    name,
    figures,
    ready,
  );
  group.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    onselect(service.name);
  });
  return { group, sign, ready, figures, narrow };
}

const shorten = (name, most) => (name.length <= most ? name : `${name.slice(0, most - 1)}…`);

function updateNode(node, service, selected) {
  node.group.setAttribute(
    'class',
    `node ${service.health}${selected ? ' selected' : ''}${service.critical ? ' critical' : ''}`,
  );
  node.group.setAttribute('aria-label', `${serviceWords(service)}${service.critical ? ', critical' : ''}`);
  node.group.setAttribute('aria-pressed', String(selected));
  setText(node.sign, HEALTH[service.health].sign);
  setText(node.ready, `${service.ready}/${service.replicas}`);
  const trouble = service.errorRatio >= 0.01 ? `${percent(service.errorRatio)} err` : seconds(service.p99Seconds);
  setText(
    node.figures,
    node.narrow
      ? service.health === 'ok'
        ? perSecond(service.requestsPerSecond)
        : trouble
      : `${perSecond(service.requestsPerSecond)} · ${trouble}`,
  );
}

function updateEdge(edge, byName) {
  const to = byName.get(edge.to);
  const rate = Math.min(byName.get(edge.from).requestsPerSecond, to.requestsPerSecond);
  const width = 1 + Math.min(3, Math.log10(1 + rate));
  edge.path.setAttribute('class', `edge ${to.health}`);
  edge.path.setAttribute('stroke-width', width.toFixed(2));
  edge.flow.setAttribute(
    'class',
    `flow ${to.health} ${rate > 80 ? 'fast' : rate > 15 ? 'steady' : rate > 0.5 ? 'slow' : 'still'}`,
  );
}

function legend() {
  return h(
    'p',
    { class: 'legend' },
    Object.entries(HEALTH).map(([health, { sign, words }]) =>
      h('span', { class: health }, h('b', { 'aria-hidden': 'true' }, sign), ` ${words}`),
    ),
  );
}
