import { createBreaking } from './breaking.mjs';
import { createCluster } from './cluster.mjs';
import { createGraph } from './graph.mjs';
import { createServices } from './services.mjs';
import { createSignals } from './signals.mjs';

const BADNESS = { down: 2, degraded: 1, ok: 0 };

/** The right side of the page: what is broken, the call graph, one service's signals, the services and the cluster. */
export function createShop(channel) {
  let state = null;
  let history = {};
  let chosen = null;

  const select = (name) => {
    chosen = chosen === name ? null : name;
    draw();
  };
  const graph = createGraph({ onselect: select });
  const services = createServices({ onselect: select });
  const signals = createSignals(channel);
  const cluster = createCluster();
  const breaking = createBreaking();

  /** The one that was chosen, else the one that is worst off: of those, one without a callee that is as bad, as causes lie below. */
  const focus = () => {
    const named = state.services.find((service) => service.name === chosen);
    if (named !== undefined) return named;
    const worst = Math.max(...state.services.map((service) => BADNESS[service.health]));
    const bad = state.services.filter((service) => BADNESS[service.health] === worst);
    const deepest = bad.find((service) => !service.calls.some((callee) => bad.some((other) => other.name === callee)));
    return worst === 0 ? (bad.find((service) => service.critical) ?? bad[0]) : (deepest ?? bad[0]);
  };

  const drawSignals = () => {
    const service = focus();
    signals.show(service, history[service?.name] ?? [], state.faults);
  };
  const draw = () => {
    if (state === null || state.services.length === 0) return;
    const name = focus().name;
    graph.show(state.services, name);
    services.show(state.services, name);
    drawSignals();
  };
  new ResizeObserver(draw).observe(document.querySelector('.shop'));

  return {
    resize: draw,
    show(next) {
      state = next;
      breaking.show(next);
      cluster.show(next);
      draw();
    },
    showHistory(next) {
      history = next;
      if (state === null) return;
      services.showHistory(next);
      drawSignals();
    },
  };
}
