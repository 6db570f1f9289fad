import { byId, h, refill } from './dom.mjs';

/** Nodes with their pods. Redrawn only when something about them changed. */
export function createCluster() {
  const host = byId('cluster');
  let before = '';
  return {
    show({ nodes, pods }) {
      const key = JSON.stringify([nodes, pods]);
      if (key === before) return;
      before = key;
      const ready = pods.filter((pod) => pod.ready).length;
      refill(
        host,
        h(
          'div',
          { class: 'shop-head' },
          h('h2', {}, 'Cluster'),
          h('p', { class: 'facts' }, `${nodes.length} nodes · ${ready} of ${pods.length} pods ready`),
        ),
        h(
          'div',
          { class: 'nodes' },
          nodes.map((node) =>
            nodeCard(
              node,
              pods.filter((pod) => pod.node === node.name),
            ),
          ),
        ),
        unplaced(pods.filter((pod) => !nodes.some((node) => node.name === pod.node))),
      );
    },
  };
}

function nodeCard(node, pods) {
  const troubles = [
    ...(node.ready ? [] : ['not ready']),
    ...node.pressure,
    ...(node.unschedulable ? ['cordoned'] : []),
  ];
  const kind = !node.ready ? 'down' : troubles.length > 0 ? 'degraded' : 'ok';
  return h(
    'article',
    { class: `node-card ${kind}`, 'aria-label': `${node.name}, ${troubles.join(', ') || 'ready'}` },
    h('h3', {}, node.name, h('small', {}, troubles.join(', ') || 'ready')),
    podList(pods),
  );
}

const podList = (pods) =>
  h('ul', { class: 'pods' }, [...pods].sort((a, b) => (a.service + a.name < b.service + b.name ? -1 : 1)).map(podItem));

function podItem(pod) {
  const state = pod.reason || pod.phase;
  const kind = pod.ready
    ? 'ok'
    : pod.phase === 'Pending' || (pod.phase === 'Running' && pod.reason === '')
      ? 'degraded'
      : 'down';
  const restarts = pod.restarts > 0 ? `, ${pod.restarts} restarts` : '';
  const words = `${pod.name}: ${pod.ready ? 'ready' : state}${restarts}`;
  return h(
    'li',
    { class: kind, title: words },
    h('span', { class: 'pod-mark', 'aria-hidden': 'true' }, initials(pod.service)),
    h('span', { class: 'hidden' }, words),
  );
}

/** "payment-api" → "pa": enough to tell neighbours apart; the whole name is in the title. */
const initials = (service) =>
  service
    .split('-')
    .map((part) => part[0] ?? '')
    .join('')
    .slice(0, 2);

function unplaced(pods) {
  return pods.length === 0
    ? null
    : h(
        'div',
        { class: 'node-card degraded' },
        h('h3', {}, 'Nowhere yet', h('small', {}, `${pods.length} pods wait for a node`)),
        podList(pods),
      );
}
