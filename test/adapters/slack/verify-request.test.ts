import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createReplayGuard } from '../../../src/adapters/slack/replay-guard.ts';
import { holdsAnObject, verifyRequest } from '../../../src/adapters/slack/verify-request.ts';
import { StoreUnavailable } from '../../../src/ports/store.ts';

const SECRET = 'signing-secret';
const NOW = 1_790_000_000_000;
const body = Buffer.from('{"type":"event_callback"}');

function headers(seconds: number | string = NOW / 1000, signature?: string): Record<string, string> {
  const hex = createHmac('sha256', SECRET).update(`v0:${seconds}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': String(seconds), 'x-slack-signature': signature ?? `v0=${hex}` };
}
const verdict = (given: Record<string, string>, of = body) => verifyRequest(of, given, SECRET, NOW).ok;

describe('a signature of Slack', () => {
  it('is v0= and 64 hexadecimal digits over this time and this body', () => {
    expect(verdict(headers())).toBe(true);
    expect(verdict(headers(), Buffer.from('{}'))).toBe(false);
    const good = headers()['x-slack-signature']!;
    for (const bad of [
      '',
      'v0=',
      good.slice(0, -1),
      `${good}0`,
      good.replace('v0', 'v1'),
      `${good}=x`,
      good.toUpperCase(),
    ])
      expect(verdict(headers(undefined, bad))).toBe(false);
    expect(verdict({ 'x-slack-signature': good })).toBe(false);
  });

  it('is taken for five minutes, and never ahead of its time', () => {
    const at = (seconds: number) => verdict(headers(NOW / 1000 + seconds));
    expect([-301, -299, 0, 4, 30, 86_400].map(at)).toEqual([false, true, true, true, false, false]);
    for (const odd of ['NaN', '1e9', '-5', '0x6ab', ' ', `${NOW / 1000}.5`]) expect(verdict(headers(odd))).toBe(false);
  });
});

describe('a signed body', () => {
  it('must hold an object', () => {
    const form = 'application/x-www-form-urlencoded';
    for (const text of ['null', '[]', '5', '"x"', 'true', '', '{'])
      expect(holdsAnObject(Buffer.from(text), 'application/json')).toBe(false);
    for (const text of ['payload=null', 'payload=%5B%5D', 'payload=', 'payload=%7B%7D&payload=null'])
      expect(holdsAnObject(Buffer.from(text), form)).toBe(false);
    expect(holdsAnObject(Buffer.from('{}'), 'application/json')).toBe(true);
    expect(holdsAnObject(Buffer.from('payload=%7B%7D'), form)).toBe(true);
    expect(holdsAnObject(Buffer.from('command=%2Fheal&text=status'), form)).toBe(true);
  });
});

describe('a replay', () => {
  it('is noticed by whichever replica it comes to, and by each alone while the store is away', async () => {
    const heard = new Set<string>();
    let away = false;
    const shared = {
      first: async (name: string) => {
        if (away) throw new StoreUnavailable('away');
        return heard.size !== heard.add(name).size;
      },
      forget: async () => {},
      newest: async () => true,
    };
    const [one, other] = [createReplayGuard(() => NOW, shared), createReplayGuard(() => NOW, shared)];
    const takes = async (guard: typeof one, signature: string) =>
      guard.isNewHere(signature) && (await guard.isNewElsewhere(signature));
    expect(await takes(one, 'a')).toBe(true);
    expect(await takes(other, 'a')).toBe(false);
    expect(await takes(one, 'a')).toBe(false);
    away = true;
    expect([await takes(one, 'b'), await takes(one, 'b')]).toEqual([true, false]);
  });
});
