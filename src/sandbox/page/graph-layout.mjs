/**
 * Where the nodes of a call graph stand: callers above what they call, in rows. Rows by longest path from the entrances
 * (a back edge of a cycle is ignored), order within a row by the mean place of the callers, three sweeps (Sugiyama's method).
 * `services` have `name` and `calls`; sizes in CSS pixels. Gives { nodes: Map(name → {x, y}), edges: [from, to][], nodeWidth, height }.
 */
export function layoutGraph(services, width, { nodeHeight = 50, rowGap = 36, gap = 10, widest = 148 } = {}) {
  const names = new Set(services.map((service) => service.name));
  const edges = services.flatMap((service) =>
    service.calls.filter((to) => names.has(to) && to !== service.name).map((to) => [service.name, to]),
  );
  const rows = orderRows(rowsOf(services, edges), edges);
  const most = Math.max(1, ...rows.map((row) => row.length));
  const nodeWidth = Math.max(40, Math.min(widest, Math.floor((width - gap * (most - 1)) / most)));
  const nodes = new Map();
  rows.forEach((row, y) => {
    const room = width / row.length;
    row.forEach((name, x) => {
      nodes.set(name, { x: Math.round(room * (x + 0.5) - nodeWidth / 2), y: y * (nodeHeight + rowGap) });
    });
  });
  return { nodes, edges, nodeWidth, nodeHeight, height: rows.length * (nodeHeight + rowGap) - rowGap };
}

function rowsOf(services, edges) {
  const depth = new Map(services.map((service) => [service.name, 0]));
  const calls = (name) => edges.filter(([from]) => from === name).map(([, to]) => to);
  const walk = (name, at, path) => {
    if (path.has(name) || at > services.length) return;
    depth.set(name, Math.max(depth.get(name), at));
    for (const next of calls(name)) if (!path.has(name)) walk(next, at + 1, new Set([...path, name]));
  };
  const called = new Set(edges.map(([, to]) => to));
  const entrances = services.filter((service) => !called.has(service.name));
  for (const service of entrances.length > 0 ? entrances : services.slice(0, 1)) walk(service.name, 0, new Set());
  const rows = [];
  for (const [name, at] of depth) {
    rows[at] ??= [];
    rows[at].push(name);
  }
  return rows.filter((row) => row !== undefined);
}

function orderRows(rows, edges) {
  for (let sweep = 0; sweep < 3; sweep++) {
    const place = new Map(rows.flatMap((row) => row.map((name, index) => [name, (index + 0.5) / row.length])));
    for (const row of rows) {
      const mean = (name) => {
        const near = edges
          .filter(([from, to]) => to === name || (sweep > 0 && from === name))
          .map(([from, to]) => place.get(to === name ? from : to));
        return near.length === 0 ? place.get(name) : near.reduce((sum, x) => sum + x, 0) / near.length;
      };
      const means = new Map(row.map((name) => [name, mean(name)]));
      row.sort((a, b) => means.get(a) - means.get(b));
      row.forEach((name, index) => {
        place.set(name, (index + 0.5) / row.length);
      });
    }
  }
  return rows;
}
