import type { Draw } from './draw.ts';

/** How one calls another: `calls` per request; what a caller makes of a callee's slowness and failures. */
export type Link = {
  to: number;
  calls: number;
  /** answers aren't waited for: a queue, an event */
  async: boolean;
  /** share of failures that the caller can't make good: 1 none, 0.1 has a fallback */
  passes: number;
  retries: boolean;
  timeoutS: number;
};

export type Service = {
  name: string;
  links: Link[];
  /** callees at the same time, not one after the other */
  parallel: boolean;
  ownS: number;
  /** share of a CPU (of its limit) at rest, and at the usual load */
  idle: number;
  busy: number;
  memory: number;
  /** noise of one request's time, and of the CPU and memory readings */
  jitter: number;
  reading: number;
};

export type System = { services: Service[]; rate: number; daily: number; wander: number };

const WORDS = ['cart', 'order', 'user', 'pay', 'stock', 'search', 'mail', 'ship', 'price', 'auth', 'media', 'route'];
const ENDS = ['', '-api', '-db', 'service', '2', '-cache', '-worker'];

/** A system of layers: the front first, whoever is called after who calls it. Names are alike in part, as `travel` and `travel2`. */
export function drawSystem(draw: Draw, most: number): System {
  const size = Math.round(draw.logBetween(4, most));
  const depth = Math.min(size - 1, draw.whole(1, 6));
  const layerOf = Array.from({ length: size }, (_, i) => (i === 0 ? 0 : i <= depth ? i : draw.whole(1, depth)));
  const order = [...layerOf.keys()].sort((a, b) => layerOf[a]! - layerOf[b]!);
  const layers = order.map((i) => layerOf[i]!);
  const names = namesOf(draw, size);
  const services = layers.map((_, i) => drawService(draw, names[i]!));
  for (let callee = 1; callee < size; callee += 1) {
    const near = services.slice(0, callee).filter((_, i) => layers[i] === layers[callee]! - 1);
    const wanted = draw.chance(0.3) ? 2 : 1;
    for (const caller of new Set(Array.from({ length: wanted }, () => draw.oneOf(near))))
      caller.links.push(drawLink(draw, callee));
  }
  return { services, rate: draw.logBetween(0.5, 400), daily: draw.between(0, 0.6), wander: draw.between(0.01, 0.15) };
}

function namesOf(draw: Draw, size: number): string[] {
  const names = new Set<string>();
  while (names.size < size) {
    const name = `${draw.oneOf(WORDS)}${draw.oneOf(ENDS)}`;
    names.add(names.has(name) ? `${name}${names.size}` : name);
  }
  return [...names];
}

function drawService(draw: Draw, name: string): Service {
  return {
    name,
    links: [],
    parallel: draw.chance(0.3),
    ownS: Math.min(1, 0.008 * Math.exp(draw.normal())),
    idle: draw.logBetween(0.001, 0.05),
    busy: draw.logBetween(0.005, 0.5),
    memory: 2e8 * Math.exp(0.8 * draw.normal()),
    jitter: draw.logBetween(0.1, 1.2),
    reading: draw.logBetween(0.01, 0.3),
  };
}

function drawLink(draw: Draw, to: number): Link {
  return {
    to,
    calls: Math.min(5, Math.max(0.1, Math.exp(0.7 * draw.normal()))),
    async: draw.chance(0.07),
    passes: draw.chance(0.2) ? 0.1 : 1,
    retries: draw.chance(0.2),
    timeoutS: draw.logBetween(0.5, 30),
  };
}
