/**
 * Where the nodes of a call graph stand: callers above what they call, in rows (Sugiyama's method). Rows by longest path from the
 * entrances (edges that would close a cycle are ignored); an edge over several rows holds a narrow place in each of them, so that it
 * doesn't run behind a node; order within a row by the mean place of the neighbours, in sweeps. `services` have `name` and `calls`;
 * sizes in CSS pixels. Gives { nodes: Map(name → {x, y}), edges: [{ from, to, via: [{x, y}] }], nodeWidth, nodeHeight, height }.
 */
export function layoutGraph(services, width, { nodeHeight = 46, rowGap = 28, gap = 9, widest = 148 } = {}) {
  const names = new Set(services.map((service) => service.name));
  const edges = services.flatMap((service) =>
    service.calls.filter((to) => names.has(to) && to !== service.name).map((to) => ({ from: service.name, to })),
  );
  const depth = depths(services, edges);
  const { rows, chains } = withPlaceholders(depth, edges);
  const links = linksOf(chains);
  orderRows(rows, links);
  const slot = 8;
  const widths = rows.map((row) => {
    const real = row.filter((id) => names.has(id)).length;
    return real === 0 ? widest : (width - slot * (row.length - real) - gap * (row.length - 1)) / real;
  });
  const nodeWidth = Math.max(40, Math.min(widest, Math.floor(Math.min(...widths))));
  const places = placeRows(rows, names, links, { width, nodeWidth, slot, gap, rise: nodeHeight + rowGap });
  const via = (chain) =>
    chain.slice(1, -1).map((id) => ({ x: places.get(id).x, y: places.get(id).y + nodeHeight / 2 }));
  return {
    nodes: new Map([...names].map((name) => [name, places.get(name)])),
    edges: edges.map((edge, index) => ({ ...edge, via: via(chains[index]) })),
    nodeWidth,
    nodeHeight,
    height: rows.length * (nodeHeight + rowGap) - rowGap,
  };
}

/** The longest path from an entrance to each service, in calls. */
function depths(services, edges) {
  const depth = new Map(services.map((service) => [service.name, 0]));
  const walk = (name, at, path) => {
    if (path.has(name)) return;
    depth.set(name, Math.max(depth.get(name), at));
    for (const edge of edges) if (edge.from === name) walk(edge.to, at + 1, new Set([...path, name]));
  };
  const called = new Set(edges.map((edge) => edge.to));
  const entrances = services.filter((service) => !called.has(service.name));
  for (const service of entrances.length > 0 ? entrances : services.slice(0, 1)) walk(service.name, 0, new Set());
  return depth;
}

/** Rows of names and placeholders, and for each edge the chain of ids that it goes through. */
function withPlaceholders(depth, edges) {
  const rows = Array.from({ length: Math.max(0, ...depth.values()) + 1 }, () => []);
  for (const [name, row] of depth) rows[row].push(name);
  const chains = edges.map(({ from, to }) => {
    const chain = [from];
    for (let row = depth.get(from) + 1; row < depth.get(to); row++) {
      const id = `${from}→${to}@${row}`;
      rows[row].push(id);
      chain.push(id);
    }
    return [...chain, to];
  });
  return { rows: rows.filter((row) => row.length > 0), chains };
}

function linksOf(chains) {
  const links = new Map();
  const add = (a, b) => links.set(a, [...(links.get(a) ?? []), b]);
  for (const chain of chains) {
    for (let i = 1; i < chain.length; i++) {
      add(chain[i - 1], chain[i]);
      add(chain[i], chain[i - 1]);
    }
  }
  return links;
}

/** Sorts each row by the mean place of its neighbours; first by those above, then by all. */
function orderRows(rows, links) {
  const place = new Map();
  const settle = (row) => {
    for (const [index, id] of row.entries()) place.set(id, (index + 0.5) / row.length);
  };
  for (const row of rows) settle(row);
  for (let sweep = 0; sweep < 6; sweep++) {
    for (const [index, row] of rows.entries()) {
      const above = new Set(rows[index - 1] ?? []);
      const mean = (id) => {
        const near = (links.get(id) ?? []).filter((other) => sweep > 1 || above.has(other));
        return near.length === 0 ? place.get(id) : near.reduce((sum, other) => sum + place.get(other), 0) / near.length;
      };
      const means = new Map(row.map((id) => [id, mean(id)]));
      row.sort((a, b) => means.get(a) - means.get(b));
      settle(row);
    }
  }
}

/**
 * Spreads each row over the width, then draws everybody towards their neighbours in the rows above and below, as far as the order
 * and the gaps allow. A node's place is its left upper corner, a placeholder's its middle.
 */
function placeRows(rows, names, links, { width, nodeWidth, slot, gap, rise }) {
  const sizeOf = (id) => (names.has(id) ? nodeWidth : slot);
  const middles = new Map();
  for (const row of rows) {
    const space = Math.max(0, (width - row.reduce((sum, id) => sum + sizeOf(id), 0)) / row.length);
    let x = space / 2;
    for (const id of row) {
      middles.set(id, x + sizeOf(id) / 2);
      x += sizeOf(id) + space;
    }
  }
  for (let sweep = 0; sweep < 24; sweep++) {
    for (const row of sweep % 2 === 0 ? rows : [...rows].reverse())
      settleRow(row, { middles, links, sizeOf, gap, width });
  }
  const places = new Map();
  for (const [index, row] of rows.entries()) {
    for (const id of row) {
      const x = names.has(id) ? middles.get(id) - nodeWidth / 2 : middles.get(id);
      places.set(id, { x: Math.round(x), y: index * rise });
    }
  }
  return places;
}

/** One row: each wishes to stand at the mean of its neighbours; conflicts are settled half from the left and half from the right. */
function settleRow(row, { middles, links, sizeOf, gap, width }) {
  const wishes = row.map((id) => {
    const near = links.get(id) ?? [];
    const mean = near.reduce((sum, other) => sum + middles.get(other), 0) / Math.max(1, near.length);
    return near.length === 0 ? middles.get(id) : (mean + middles.get(id)) / 2;
  });
  const apart = row.map((id, i) => (i === 0 ? 0 : (sizeOf(row[i - 1]) + sizeOf(id)) / 2 + gap));
  const left = [];
  const right = [];
  for (let i = 0; i < row.length; i++) {
    left[i] = Math.max(wishes[i], i === 0 ? sizeOf(row[0]) / 2 : left[i - 1] + apart[i]);
  }
  for (let i = row.length - 1; i >= 0; i--) {
    right[i] = Math.min(wishes[i], i === row.length - 1 ? width - sizeOf(row[i]) / 2 : right[i + 1] - apart[i + 1]);
  }
  const mixed = row.map((_id, i) => (left[i] + right[i]) / 2);
  for (let i = row.length - 1; i >= 0; i--) {
    mixed[i] = Math.min(mixed[i], i === row.length - 1 ? width - sizeOf(row[i]) / 2 : mixed[i + 1] - apart[i + 1]);
  }
  for (let i = 0; i < row.length; i++) {
    mixed[i] = Math.max(mixed[i], i === 0 ? sizeOf(row[0]) / 2 : mixed[i - 1] + apart[i]);
    middles.set(row[i], mixed[i]);
  }
}
