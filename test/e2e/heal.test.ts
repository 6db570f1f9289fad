import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  changes,
  incidents,
  isIncidentMessage,
  type ListedIncident,
  messages,
  messageWith,
  type Nightshift,
  removeFolder,
  type ShownMessage,
  send,
  startNightshift,
  temporaryFolder,
  until,
} from './nightshift-process.ts';

/** The main job as a newcomer sees it: the app with no settings, a fault, a message, a click. Sandbox time runs fast. */

let nightshift: Nightshift;
let dataDir: string;

beforeEach(async () => {
  dataDir = await temporaryFolder();
  nightshift = await startNightshift({ NIGHTSHIFT_SANDBOX_SPEED: '30' }, dataDir);
});

afterEach(async () => {
  await nightshift.stop();
  await removeFolder(dataDir);
});

const fault = (kind: string, service: string) => send(`${nightshift.url}/sandbox/faults`, 'POST', { kind, service });
const about = async (service: string): Promise<ListedIncident | undefined> =>
  (await incidents(nightshift.url)).find((incident) => incident.service === service);
const click = (ts: string, action_id: string, user = 'U_ONCALL') =>
  send(`${nightshift.url}/sandbox/click`, 'POST', { ts, action_id, user });
/** The question, once it is asked. */
async function asking(service = 'payment-api'): Promise<ShownMessage> {
  let found: ShownMessage | undefined;
  await until('a post asks for approval', async () => {
    found = await messageWith(nightshift.url, service, '"approve"');
    return found !== undefined;
  });
  return found!;
}
/** The incident's one message, which a click may name as well. */
const messageOf = async (service = 'payment-api'): Promise<ShownMessage> =>
  (await messages(nightshift.url)).find((one) => isIncidentMessage(one) && JSON.stringify(one).includes(service))!;
const waitingFor = (state: string, service = 'payment-api', timeoutMs = 90_000) =>
  until(`${service} is ${state}`, async () => (await about(service))?.state === state, timeoutMs).catch(
    async (error: unknown) => {
      throw new Error(
        `${error}\n${JSON.stringify(await incidents(nightshift.url))}\n${nightshift.output().slice(-3_000)}`,
      );
    },
  );

describe('a bad deploy of a critical service', { timeout: 120_000 }, () => {
  it('is named as the cause, and rolled back on Approve until the pods are healthy', async () => {
    expect((await fault('bad-deploy', 'payment-api')).status).toBe(201);
    await waitingFor('awaiting_approval');
    const asked = await about('payment-api');
    expect(asked).toMatchObject({ issue: 'crash_loop', cause: { kind: 'Deployment', name: 'payment-api' } });
    const message = await asking();
    expect(JSON.stringify(message.blocks)).toMatch(/revision/i);
    const whole = await messageOf();
    expect(JSON.stringify(whole.blocks)).not.toContain('"approve"');
    expect((await click(whole.ts, 'approve')).status).toBe(200);
    await waitingFor('closed');
    const left = (await messages(nightshift.url)).find(({ ts }) => ts === message.ts);
    expect(JSON.stringify(left?.blocks)).toMatch(/Approved by <@U_ONCALL>/);
    expect(JSON.stringify(left?.blocks)).not.toContain('"approve"');
    expect(await about('payment-api')).toMatchObject({ outcome: 'healed' });
    expect((await about('payment-api'))?.mttrMs).toBeGreaterThan(0);
    const rollbacks = await changes(nightshift.kubeUrl, 'PATCH', 'deployments/payment-api');
    expect(rollbacks).toHaveLength(1);
  });

  it('is rolled back by the timeout when nobody presses anything', async () => {
    await fault('bad-deploy', 'payment-api');
    await waitingFor('awaiting_approval');
    await waitingFor('closed');
    const { id } = (await about('payment-api'))!;
    const whole = (await send(`${nightshift.url}/api/incidents/${id}`, 'GET')).json as {
      outcome: string;
      executions: { authority: { by: string } }[];
    };
    expect(whole.outcome).toBe('healed');
    expect(whole.executions[0]?.authority.by).toBe('timeout');
  });

  it('is held but not started by a guest, and left alone when it ends by itself, which the message says', async () => {
    const { json } = await fault('bad-deploy', 'payment-api');
    await waitingFor('awaiting_approval');
    const { ts } = await asking();
    await click(ts, 'hold', 'U_GUEST');
    await click(ts, 'approve', 'U_GUEST');
    expect((await about('payment-api'))?.state).toBe('awaiting_approval');
    expect((await send(`${nightshift.url}/sandbox/faults/${(json as { id: string }).id}`, 'DELETE')).status).toBe(204);
    await waitingFor('closed');
    expect(await about('payment-api')).toMatchObject({ outcome: 'self_healed' });
    expect(await changes(nightshift.kubeUrl, 'PATCH', 'deployments/payment-api')).toHaveLength(0);
    expect(JSON.stringify(await messageWith(nightshift.url, 'payment-api'))).toMatch(/by itself/i);
  });
});

describe('a memory leak', () => {
  it('is cured by restarting the leaking pod, and stays open while the others leak', async () => {
    await fault('memory-leak', 'payment-api');
    await waitingFor('awaiting_approval', 'payment-api', 120_000);
    expect(await about('payment-api')).toMatchObject({ issue: 'high_memory_usage', cause: { name: 'payment-api' } });
    const { ts } = await asking();
    await click(ts, 'approve');
    const { id } = (await about('payment-api'))!;
    type Whole = { state: string; executions: { verification: { verdict: string; message: string } | null }[] };
    const whole = async () => (await send(`${nightshift.url}/api/incidents/${id}`, 'GET')).json as Whole;
    await until('the restart is verified', async () => (await whole()).executions[0]?.verification != null, 90_000);
    // The shop leaks in every pod: one restart helps where it was made, and memory above what is normal is not health.
    const { state, executions } = await whole();
    expect(['unchanged', 'recovered']).toContain(executions[0]?.verification?.verdict);
    expect(executions[0]?.verification?.message).toMatch(/payment-api/);
    expect(state).not.toBe('undoing');
    expect(await changes(nightshift.kubeUrl, 'POST', 'eviction')).toHaveLength(1);
  }, 240_000);
});
