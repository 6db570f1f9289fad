/** Calls from top to bottom: where everybody stands, in CSS px. Pure; bounded by what it is given. */

export type GraphNode = { name: string; height: number };
export type GraphEdge = { from: string; to: string };
export type Box = { name: string; x: number; y: number; width: number; height: number };
/** Points that the line goes through, from the caller to the called. */
export type Route = { from: string; to: string; points: { x: number; y: number }[] };
export type GraphLayout = { boxes: Box[]; routes: Route[]; height: number };

const MOST_IN_ROW = 3;
const GAP_X = 18;
const GAP_Y = 46;
const LANE = 22;
const WIDEST = 214;
const SWEEPS = 6;

/** A place in a row: a box, or (with `of`) a lane by which lines to a lower box pass. */
type Place = { key: string; height: number; of: string | null };

export function layOut(nodes: GraphNode[], edges: GraphEdge[], width: number, top: number): GraphLayout {
  const depth = depths(nodes, edges);
  const rows = rowsOf(nodes, depth);
  const rowOf = new Map(rows.flatMap((row, index) => row.map((place) => [place.key, index] as const)));
  // A call back up is laid out as if it went down; only its arrow tells.
  const down = edges.map((edge) => (rowOf.get(edge.from)! <= rowOf.get(edge.to)! ? edge : turned(edge)));
  const chains = down.map((edge) => chainOf(edge, rows, rowOf));
  const links = chains.flatMap((chain) => chain.slice(1).map((key, index) => ({ from: chain[index]!, to: key })));
  order(rows, links);
  const boxes = placed(rows, width, top);
  const height = Math.max(top, ...[...boxes.values()].map((box) => box.y + box.height));
  const ports = portsOf(boxes, links);
  const routes = edges.map((edge, index) => {
    const points = pointsOf(chains[index]!, boxes, ports);
    return { ...edge, points: down[index] === edge ? points : points.reverse() };
  });
  return { boxes: nodes.map((node) => boxes.get(node.name)!), routes, height };
}

const turned = ({ from, to }: GraphEdge): GraphEdge => ({ from: to, to: from });

/** Callers above those they call, as deep as the longest way; calls that close a circle don't count. */
function depths(nodes: GraphNode[], edges: GraphEdge[]): Map<string, number> {
  const depth = new Map<string, number>();
  const callers = (name: string) => edges.filter((edge) => edge.to === name).map((edge) => edge.from);
  const visit = (name: string, onWay: Set<string>): number => {
    const known = depth.get(name);
    if (known !== undefined) return known;
    onWay.add(name);
    const above = callers(name).filter((caller) => !onWay.has(caller));
    const own = above.length === 0 ? 0 : 1 + Math.max(...above.map((caller) => visit(caller, onWay)));
    onWay.delete(name);
    depth.set(name, own);
    return own;
  };
  for (const node of nodes) visit(node.name, new Set());
  return depth;
}

function rowsOf(nodes: GraphNode[], depth: Map<string, number>): Place[][] {
  const deepest = Math.max(0, ...depth.values());
  const rows: Place[][] = [];
  for (let level = 0; level <= deepest; level += 1) {
    const here = nodes.filter((node) => depth.get(node.name) === level);
    const parts = Math.ceil(here.length / MOST_IN_ROW);
    const size = Math.ceil(here.length / Math.max(1, parts));
    for (let part = 0; part < parts; part += 1)
      rows.push(
        here.slice(part * size, (part + 1) * size).map((node) => ({ key: node.name, height: node.height, of: null })),
      );
  }
  return rows;
}

/** The places that an edge goes through; lanes are made where it passes a row, one for all that go to the same box. */
function chainOf(edge: GraphEdge, rows: Place[][], rowOf: Map<string, number>): string[] {
  const chain = [edge.from];
  for (let row = rowOf.get(edge.from)! + 1; row < rowOf.get(edge.to)!; row += 1) {
    const key = `${row}\n${edge.to}`;
    if (!rows[row]!.some((place) => place.key === key)) rows[row]!.push({ key, height: 0, of: edge.to });
    chain.push(key);
  }
  return [...chain, edge.to];
}

/** Fewer crossings: each row is sorted by where its neighbours above, then below, stand. Source: Sugiyama's barycentre method. */
function order(rows: Place[][], links: GraphEdge[]): void {
  const at = new Map<string, number>();
  const note = () => {
    for (const row of rows) for (const [index, place] of row.entries()) at.set(place.key, (index + 0.5) / row.length);
  };
  note();
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const fromAbove = sweep % 2 === 0;
    for (const row of fromAbove ? rows : [...rows].reverse()) {
      const mean = (place: Place) => {
        const beside = links.flatMap((link) =>
          fromAbove
            ? link.to === place.key
              ? [at.get(link.from)!]
              : []
            : link.from === place.key
              ? [at.get(link.to)!]
              : [],
        );
        return beside.length === 0 ? at.get(place.key)! : beside.reduce((sum, one) => sum + one, 0) / beside.length;
      };
      const means = new Map(row.map((place) => [place.key, mean(place)]));
      row.sort((a, b) => means.get(a.key)! - means.get(b.key)!);
      note();
    }
  }
}

function placed(rows: Place[][], width: number, top: number): Map<string, Box> {
  const boxes = new Map<string, Box>();
  const room = (row: Place[]) => {
    const lanes = row.filter((place) => place.of !== null).length;
    const count = row.length - lanes;
    return (width - lanes * LANE - (row.length + 1) * GAP_X) / Math.max(1, count);
  };
  const boxWidth = Math.min(WIDEST, ...rows.map(room));
  let y = top;
  for (const row of rows) {
    const height = Math.max(0, ...row.map((place) => place.height));
    const widths = row.map((place) => (place.of === null ? boxWidth : LANE));
    const used = widths.reduce((sum, one) => sum + one, 0);
    const gap = (width - used) / (row.length + 1);
    let x = gap;
    for (const [index, place] of row.entries()) {
      const own = place.of === null ? place.height : height;
      boxes.set(place.key, { name: place.key, x, y: y + (height - own) / 2, width: widths[index]!, height: own });
      x += widths[index]! + gap;
    }
    y += height + GAP_Y;
  }
  return boxes;
}

type Ports = { leaving(link: GraphEdge): number; arriving(link: GraphEdge): number };

/** Where on a box's edge each of its lines begins and ends: spread in the order of where they go. */
function portsOf(boxes: Map<string, Box>, links: GraphEdge[]): Ports {
  const middle = (key: string) => boxes.get(key)!.x + boxes.get(key)!.width / 2;
  const spread = (own: string, others: string[], other: string) => {
    const sorted = [...new Set(others)].sort((a, b) => middle(a) - middle(b));
    const box = boxes.get(own)!;
    return box.x + (box.width * (sorted.indexOf(other) + 1)) / (sorted.length + 1);
  };
  return {
    leaving: ({ from, to }) =>
      spread(
        from,
        links.filter((link) => link.from === from).map((link) => link.to),
        to,
      ),
    arriving: ({ from, to }) =>
      spread(
        to,
        links.filter((link) => link.to === to).map((link) => link.from),
        from,
      ),
  };
}

function pointsOf(chain: string[], boxes: Map<string, Box>, ports: Ports): { x: number; y: number }[] {
  return chain.flatMap((key, index) => {
    const box = boxes.get(key)!;
    const [before, after] = [chain[index - 1], chain[index + 1]];
    const into = before === undefined ? [] : [{ x: ports.arriving({ from: before, to: key }), y: box.y }];
    const out = after === undefined ? [] : [{ x: ports.leaving({ from: key, to: after }), y: box.y + box.height }];
    // A lane is one line, straight through its row.
    if (before !== undefined && after !== undefined) {
      const x = box.x + box.width / 2;
      return [
        { x, y: box.y },
        { x, y: box.y + box.height },
      ];
    }
    return [...into, ...out];
  });
}
