import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault, deployment, type FaultKind } from './kind.ts';
import { shareForOverload } from './overload.ts';

type Shape = {
  kind: string;
  title: string;
  description: string;
  cause: string;
  lastsMs: number;
  on: (sinceMs: number) => boolean;
};

/** Trouble that comes and goes without anybody's doing: what is right is to wait, or to watch. */
function passing(shape: Shape): FaultKind {
  return defineFault<{ capacity: number }>({
    kind: shape.kind,
    title: shape.title,
    description: shape.description,
    services: SERVICES.filter((s) => s.pool === 'general').map((s) => s.name),
    start(service, severity, world) {
      const cause = `${shape.cause} of ${NAMESPACE}/${service.name}`;
      const truth = {
        cause,
        culprit: deployment(service.name),
        remedies: ['observe', 'notify_oncall'],
        harmful: ['rollback_deployment', 'drain_and_cordon'],
      };
      return { data: { capacity: shareForOverload(world, service.name, 1.08 * severity) }, truth };
    },
    onPod(fault, { view }, now) {
      const suffers = view.service.name === fault.service && shape.on(now - fault.since);
      return suffers ? { capacity: fault.data.capacity } : undefined;
    },
    cured: (fault, world) => world.now - fault.since >= shape.lastsMs,
  });
}

export const resolvesByItself = passing({
  kind: 'resolves-by-itself',
  title: 'Resolves by itself',
  description: 'Slow for four minutes, then well again, whatever anybody does.',
  cause: 'a passing stall',
  lastsMs: 4 * 60_000,
  on: () => true,
});

const FLAP_MS = 3 * 60_000;

export const flapping = passing({
  kind: 'flapping',
  title: 'Flapping',
  description: 'Three minutes slow, three minutes well, for half an hour.',
  cause: 'a stall that comes and goes',
  lastsMs: 30 * 60_000,
  on: (sinceMs) => Math.floor(sinceMs / FLAP_MS) % 2 === 0,
});
