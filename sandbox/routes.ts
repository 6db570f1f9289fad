import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SandboxState } from './chat/sandbox-state.ts';
import type { SandboxClock } from './clock.ts';
import { answerJson, readJson } from './json-http.ts';
import type { FaultBook } from './shop/faults/book.ts';

export type SandboxRoutes = {
  faults: FaultBook;
  clock: SandboxClock;
  state: () => SandboxState;
  requests: () => unknown[];
  alerts: () => unknown[];
  /** The rest of /sandbox: the page and the channel. */
  chat: (req: IncomingMessage, res: ServerResponse) => Promise<boolean>;
  changed: () => void;
};

const FAULT = /^\/sandbox\/faults\/([\w-]+)$/;
/** Stepping is done at once, and nothing is answered meanwhile: two hours take some ten seconds. */
const MAX_STEP_MS = 2 * 3_600_000;

/** Serves /sandbox…; false for any other path. The caller has made sure that the request comes from this machine. */
export async function serveSandboxRoutes(
  routes: SandboxRoutes,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<boolean> {
  const path = (req.url ?? '/').split('?')[0] ?? '/';
  if (path !== '/sandbox' && !path.startsWith('/sandbox/')) return false;
  const fault = FAULT.exec(path)?.[1];
  const route = `${req.method} ${fault ? '/sandbox/faults/:id' : path}`;
  const reply = await replyTo(routes, route, fault ?? '', req);
  if (!reply) return routes.chat(req, res);
  answerJson(res, reply.status, reply.body);
  return true;
}

/** Undefined: not one of ours, so the chat's. */
async function replyTo(
  routes: SandboxRoutes,
  route: string,
  fault: string,
  req: IncomingMessage,
): Promise<Reply | undefined> {
  switch (route) {
    case 'GET /sandbox/state':
      return { status: 200, body: routes.state() };
    case 'GET /sandbox/requests':
      return { status: 200, body: routes.requests() };
    case 'GET /sandbox/alerts':
      return { status: 200, body: routes.alerts() };
    case 'GET /sandbox/faults':
      return {
        status: 200,
        body: { active: routes.faults.list(), planned: routes.faults.planned(), past: routes.faults.past() },
      };
    case 'POST /sandbox/faults':
      return addFault(routes, await readJson(req));
    case 'DELETE /sandbox/faults/:id':
      return removeFault(routes, fault);
    case 'GET /sandbox/clock':
      return { status: 200, body: { now: routes.clock.now(), speed: routes.clock.speed() } };
    case 'POST /sandbox/clock':
      return setClock(routes, await readJson(req));
    default:
      return undefined;
  }
}

type Reply = { status: number; body: unknown };

function refusal(status: number, field: string, error: string, more: Record<string, unknown> = {}): Reply {
  return { status, body: { ok: false, field, error, ...more } };
}

function addFault(routes: SandboxRoutes, body: unknown): Reply {
  const result = routes.faults.add(body);
  if (!result.ok) return refusal(400, result.field, result.message, { allowed: result.allowed });
  routes.changed();
  const { id, kind, service, since, severity } = result.fault;
  const truth = 'truth' in result.fault ? result.fault.truth : null;
  return { status: 201, body: { id, kind, service, since, severity, truth } };
}

function removeFault(routes: SandboxRoutes, id: string): Reply {
  if (!routes.faults.remove(id)) return refusal(404, 'id', 'no such fault is on');
  routes.changed();
  return { status: 204, body: undefined };
}

function setClock(routes: SandboxRoutes, body: unknown): Reply {
  const asked = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const { speed, step_ms: stepMs } = asked;
  if (speed === undefined && stepMs === undefined) return refusal(400, 'speed', 'give a speed (0 to 60) or step_ms');
  if (speed !== undefined && !(typeof speed === 'number' && speed >= 0 && speed <= 60)) {
    return refusal(400, 'speed', 'must be a number from 0 (paused) to 60');
  }
  if (stepMs !== undefined && !(typeof stepMs === 'number' && stepMs >= 0 && stepMs <= MAX_STEP_MS)) {
    return refusal(400, 'step_ms', `must be a number of milliseconds from 0 to ${MAX_STEP_MS}`);
  }
  if (speed !== undefined) routes.clock.setSpeed(speed);
  if (stepMs !== undefined) routes.clock.step(stepMs);
  routes.changed();
  return { status: 200, body: { ok: true, speed: routes.clock.speed(), now: routes.clock.now() } };
}
