import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectAlertmanager } from '../../../src/adapters/alertmanager/api.ts';
import { parseWebhook } from '../../../src/adapters/alertmanager/webhook.ts';
import { catchUp } from '../../../src/app/catch-up.ts';
import type { AlertManager } from '../../../src/ports/alert-manager.ts';
import { missingPrograms, type Program, startAlertmanager } from '../../e2e/real-programs.ts';

/** Against the real Alertmanager. */
describe.skipIf(missingPrograms().length > 0)("Alertmanager's own API", () => {
  let folder: string;
  let program: Program;
  let api: AlertManager;
  const now = Date.now();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nightshift-alertmanager-'));
    program = await startAlertmanager(folder, { url: 'http://127.0.0.1:1/', token: 'unused' });
    api = connectAlertmanager({ url: program.url, timeoutMs: 5_000 });
    const alerts = ['payment-api', 'cart-api'].map((service) => ({
      labels: { alertname: 'HighLatency', namespace: 'shop', service },
      startsAt: new Date(now - 60_000).toISOString(),
    }));
    await fetch(`${program.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(alerts),
    });
  });
  afterAll(async () => {
    await program.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const firing = async () => {
    const asked = await api.firing();
    if (!asked.ok) throw new Error(asked.message);
    const parsed = parseWebhook(asked.value, now);
    if (!parsed.ok) throw new Error(parsed.message);
    return parsed.alerts.map(({ labels }) => labels.service).sort();
  };

  it('tells what fires; what is silenced is left out until that is lifted', async () => {
    expect(await firing()).toEqual(['cart-api', 'payment-api']);
    const matchers = [
      { name: 'alertname', value: 'HighLatency' },
      { name: 'service', value: 'cart-api' },
    ];
    const made = await api.silence({ matchers, by: 'U_ONCALL', comment: 'INC-1', from: now, until: now + 60_000 });
    if (!made.ok) throw new Error(made.message);
    expect(await firing()).toEqual(['payment-api']);
    expect(await api.silences()).toMatchObject({
      ok: true,
      value: [{ id: made.value, by: 'U_ONCALL', comment: 'INC-1', matchers }],
    });
    expect(await api.lift(made.value)).toEqual({ ok: true, value: null });
    expect(await firing()).toEqual(['cart-api', 'payment-api']);
    expect(await api.silences()).toEqual({ ok: true, value: [] });
  });

  it('says why it was refused', async () => {
    const wrong = await api.silence({ matchers: [], by: 'U', comment: '', from: now, until: now + 1 });
    expect(wrong).toMatchObject({ ok: false, message: expect.stringContaining('Alertmanager') });
    const away = connectAlertmanager({ url: 'http://127.0.0.1:1', timeoutMs: 1_000 });
    expect(await away.firing()).toMatchObject({ ok: false, message: expect.stringContaining('Alertmanager') });
  });

  it('is where what fires is taken from after a time away', async () => {
    const taken: string[] = [];
    const intake = {
      parse: (body: unknown) => {
        const parsed = parseWebhook(body, now);
        if (!parsed.ok) return parsed;
        return {
          ok: true as const,
          accept: async () => {
            taken.push(...parsed.alerts.map(({ labels }) => labels.service ?? ''));
            return { received: parsed.alerts.length };
          },
        };
      },
    };
    const said: string[] = [];
    const log = { info: () => {}, warn: (_: object, message: string) => said.push(message) };
    await catchUp(api, intake, log);
    expect(taken.sort()).toEqual(['cart-api', 'payment-api']);
    await catchUp({ firing: async () => ({ ok: false, message: 'away' }) }, intake, log);
    expect(said).toEqual(['Alertmanager could not be asked what fires']);
  });
});
