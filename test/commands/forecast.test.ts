import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkBlocks } from '../../sandbox/chat/block-kit/check.ts';
import { pressed } from '../../src/adapters/slack/press.ts';
import { runCommand } from '../../src/adapters/slack/run-command.ts';
import { loadModules } from '../../src/app/load-modules.ts';
import { scaledObjectOf } from '../../src/domain/scaled-object.ts';
import type { DemandProposal, ForecastReport } from '../../src/extension-points/reports.ts';
import type { Command } from '../../src/extension-points.ts';
import { T0 } from '../adapters/slack/incidents.ts';
import { recordingPeople } from '../adapters/slack/people.ts';

const commands = await loadModules<Command>(new URL('../../commands', import.meta.url).pathname);
const clock = { now: () => T0, realDelay: (ms: number) => ms };

const demand = { timezone: 'Asia/Kolkata', perReplica: 100, minReplicas: 2, maxReplicas: 20 };
const target = { kind: 'Deployment' as const, namespace: 'shop', name: 'payment-api', replicas: 3, sharesName: false };
const window = {
  timezone: 'Asia/Kolkata',
  start: '0 9 * * 1-5',
  end: '0 21 * * 1-5',
  desiredReplicas: 8,
  message: 'Mon–Fri 09:00–21:00 at 8 replicas',
};
const object = scaledObjectOf(target, demand, [window], { prometheus: 'http://prometheus:9090', scaler: null });

function report(proposal: DemandProposal, over: Partial<ForecastReport> = {}): ForecastReport {
  return {
    namespace: 'shop',
    service: 'payment-api',
    at: T0,
    now: { at: T0, rate: 214.3 },
    hour: { at: T0 + 3_600_000, low: 200, median: 260, high: 310 },
    day: { at: T0 + 9 * 3_600_000, low: 500, median: 700, high: 760 },
    replicas: { now: 3, hour: 4, day: 8 },
    perReplica: 100,
    timezone: 'Asia/Kolkata',
    windows: [window.message],
    proposal,
    picture: null,
    ...over,
  };
}

function channel(forecast?: ForecastReport) {
  const recorded = recordingPeople({
    ...(forecast ? { forecast } : {}),
    answer: { ok: false, message: 'Nothing can be foretold now: its rate is silent.' },
  });
  return (text: string) => runCommand({ people: recorded.people, commands, clock }, 'U_GUEST', text);
}

describe('/heal forecast', () => {
  it('says what is coming, with replicas and the week, and proposes a ScaledObject as YAML', async () => {
    const reply = await channel(report({ kind: 'new', object }))('forecast payment-api');
    const lines = reply.message.split('\n');
    expect(lines[1]).toBe('• now: 210 requests/s, on 3 replicas');
    expect(lines[2]).toMatch(/^• within the hour: most likely 260 requests\/s, hardly more than 310 at .*; 4 replicas/);
    expect(lines[3]).toMatch(/most likely 700 requests\/s, hardly more than 760 at .*; 8 replicas$/);
    expect(lines[4]).toBe('• its week: Mon–Fri 09:00–21:00 at 8 replicas (Asia/Kolkata)');
    expect(lines[5]).toContain('not applied');
    const yaml = reply.message.split('```')[1]!;
    expect(parse(yaml)).toEqual(object);
    expect(checkBlocks(reply.blocks, 'message')).toBeNull();
    expect(reply.visible).toBe('private');
  });

  it('shows the picture that was uploaded', async () => {
    const picture = { file: 'F123', altText: 'requests of the day' };
    const { blocks } = await channel(report({ kind: 'new', object }, { picture }))('forecast payment-api');
    expect(blocks).toContainEqual({ type: 'image', slack_file: { id: 'F123' }, alt_text: 'requests of the day' });
  });

  it('has what it shows proposed, by a flag or its button, in the name of who asks', async () => {
    const recorded = recordingPeople({ answer: { ok: true, message: 'INC-7 proposes it.' } });
    const say = (text: string) => runCommand({ people: recorded.people, commands, clock }, 'U_GUEST', text);
    for (const text of ['forecast payment-api --propose', 'forecast --propose payment-api'])
      expect(await say(text)).toEqual({ visible: 'private', message: 'INC-7 proposes it.' });
    const { blocks } = await channel(report({ kind: 'new', object }))('forecast payment-api');
    const [button] = (blocks ?? []).flatMap((one) => (one as { elements?: { value: string }[] }).elements ?? []);
    expect(button).toMatchObject({ action_id: 'propose', value: 'shop/payment-api' });
    const at = { channel: null, ts: null, privately: true, about: null };
    const press = { actionId: 'propose', value: button?.value, user: 'U_GUEST', at };
    expect(await pressed(recorded.people, press)).toEqual({ kind: 'private', message: 'INC-7 proposes it.' });
    expect((await pressed(recorded.people, { ...press, value: '<!channel>' })).kind).toBe('private');
    expect(recorded.asked).toEqual([
      { name: 'propose', args: ['payment-api', 'U_GUEST'] },
      { name: 'propose', args: ['payment-api', 'U_GUEST'] },
      { name: 'propose', args: ['shop/payment-api', 'U_GUEST'] },
    ]);
  });

  it('adds to a ScaledObject that is there, and leaves an HPA alone', async () => {
    const addition = await channel(
      report({
        kind: 'addition',
        scaler: 'payments',
        bounds: { min: 2, max: 6 },
        triggers: object.spec.triggers.slice(1),
        message: 'These triggers would help.',
      }),
    )('forecast payment-api');
    expect(addition.message).toContain(
      'The ScaledObject payments scales it already (2 to 6). These triggers would help.',
    );
    expect(parse(addition.message.split('```')[1]!)).toEqual({ spec: { triggers: object.spec.triggers.slice(1) } });
    const none = await channel(report({ kind: 'none', message: 'The HorizontalPodAutoscaler web scales it.' }))(
      'forecast payment-api',
    );
    expect(none.message).not.toContain('```');
  });

  it('says that nothing is known of the week, or that it has no shape', async () => {
    const none = { kind: 'none', message: 'Nothing.' } as const;
    expect((await channel(report(none, { windows: null }))('forecast payment-api')).message).toContain(
      'less than a week',
    );
    expect((await channel(report(none, { windows: [] }))('forecast payment-api')).message).toContain(
      'no hours that want',
    );
  });

  it('keeps what comes from outside text', async () => {
    const hostile = report({ kind: 'none', message: '<!channel> *x*' }, { service: '<@U1>', windows: ['<!here>'] });
    const { message } = await channel(hostile)('forecast x');
    expect(message.replaceAll(/<!date[^>]*>/g, '')).not.toMatch(/<[!@]/);
  });

  it('is kind when nothing can be said, and asks for a service', async () => {
    expect((await channel()('forecast <!channel>')).message).toBe(
      '“&lt;!channel&gt;”: Nothing can be foretold now: its rate is silent.',
    );
    expect((await channel()('forecast')).message).toContain('Which service?');
    expect((await channel()('forecast x --now')).message).toContain('isn’t known here');
  });
});
