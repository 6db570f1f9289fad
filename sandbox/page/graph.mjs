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
    const edges = plan.edges.map((edge) => {
      const d = curve(plan, edge);
      return { ...edge, path: s('path', { class: 'edge', d }), flow: s('path', { class: 'flow', d }) };
    });
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

/** From the caller's lower edge to the callee's upper edge, smoothly through the places that the edge holds. */
function curve({ nodes, nodeWidth, nodeHeight }, { from, to, via }) {
  const a = nodes.get(from);
  const b = nodes.get(to);
  const stops = [
    { x: a.x + nodeWidth / 2, y: a.y + nodeHeight },
    ...via.flatMap(({ x, y }) => [
      { x, y: y - nodeHeight / 2 },
      { x, y: y + nodeHeight / 2 },
    ]),
    { x: b.x + nodeWidth / 2, y: b.y },
  ];
  return stops
    .map(({ x, y }, index) => {
      if (index === 0) return `M${x} ${y}`;
      const before = stops[index - 1];
      const middle = (before.y + y) / 2;
      return `C${before.x} ${middle} ${x} ${middle} ${x} ${y}`;
    })
    .join('');
}

function buildNode(service, plan, onselect) {
  const { x, y } = plan.nodes.get(service.name);
  const { nodeWidth: width, nodeHeight: height } = plan;
  const narrow = width < 118;
  const sign = s('text', { class: 'node-sign', x: narrow ? x + 7 : x + 9, y: narrow ? y + 36 : y + 19 });
  const ready = s('text', { class: 'node-ready', x: x + width - 8, y: y + 36, 'text-anchor': 'end' });
  const figures = s('text', { class: 'node-figures', x: narrow ? x + 19 : x + 9, y: y + 36 });
  const name = nameText(service.name, narrow ? x + 7 : x + 22, y + 19, width - (narrow ? 14 : 30), narrow);
  const box = s('rect', { class: 'node-box', x, y, width, height, rx: 8 });
  const attributes = { class: 'node', tabindex: 0, role: 'button', 'data-name': service.name };
  const group = s('g', { ...attributes, onclick: () => onselect(service.name) }, box, sign, name, figures, ready);
  group.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    onselect(service.name);
  });
  return { group, sign, ready, figures, narrow };
}

/** A name in the room it has: squeezed a little, then shortened. Widths by a generous mean of 0.66 em a letter. */
function nameText(name, x, y, room, narrow) {
  const letter = narrow ? 6.6 : 8.2;
  const most = Math.floor(room / (letter * 0.76));
  const words = name.length <= most ? name : `${name.slice(0, most - 1)}…`;
  const squeeze = words.length * letter > room ? { textLength: room, lengthAdjust: 'spacingAndGlyphs' } : {};
  return s('text', { class: `node-name${narrow ? ' narrow' : ''}`, x, y, ...squeeze }, words);
}

function updateNode(node, service, selected) {
  node.group.setAttribute(
    'class',
    `node ${service.health}${selected ? ' selected' : ''}${service.critical ? ' critical' : ''}`,
  );
  node.group.setAttribute('aria-label', `${serviceWords(service)}${service.critical ? ', critical' : ''}`);
  node.group.setAttribute('aria-pressed', String(selected));
  setText(node.sign, HEALTH[service.health].sign);
  setText(node.ready, node.narrow ? '' : `${service.ready}/${service.replicas}`);
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
