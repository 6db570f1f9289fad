import { describe, expect, it } from 'vitest';
import { checkBlocks } from '../../sandbox/chat/block-kit/check.ts';
import { runCommand } from '../../src/adapters/slack/run-command.ts';
import { loadModules } from '../../src/app/load-modules.ts';
import type { ServiceReport } from '../../src/extension-points/reports.ts';
import type { Command } from '../../src/extension-points.ts';
import {
  AWAITING,
  EVERY_STATE,
  incident,
  MIN,
  NOT_PAUSED,
  OTHER,
  plan,
  recommendation,
  T0,
} from '../adapters/slack/incidents.ts';
import { recordingPeople } from '../adapters/slack/people.ts';

const commands = await loadModules<Command>(new URL('../../commands', import.meta.url).pathname);
const clock = { now: () => T0 + MIN, realDelay: (ms: number) => ms };

function channel(start: Parameters<typeof recordingPeople>[0] = {}) {
  const recorded = recordingPeople(start);
  return {
    ...recorded,
    say: (text: string, user = 'U_ONCALL') => runCommand({ people: recorded.people, commands, clock }, user, text),
  };
}

describe('/heal', () => {
  it('has the verbs that stay, each with a usage that begins with it and a summary', () => {
    const names = commands.map((command) => command.name);
    for (const verb of ['status', 'show', 'why', 'approve', 'reject', 'hold', 'pause', 'resume', 'help'])
      expect(names).toContain(verb);
    for (const command of commands) {
      expect(command.usage.split(' ')[0]).toBe(command.name);
      expect(command.summary).not.toBe('');
    }
  });

  it('lists every verb in its help, one in the help of one, and never as markup', async () => {
    const { say } = channel();
    const all = (await say('help')).message;
    for (const command of commands) expect(all).toContain(`/heal ${command.name}`);
    expect((await say('help hold')).message.match(/`\/heal/g)).toHaveLength(1);
    expect(all).not.toMatch(/<[a-z]/);
  });

  it.each(['show', 'why', 'approve', 'reject', 'hold', 'close'])(
    '%s without an incident names those that are open and shows how it is written',
    async (verb) => {
      const { say, asked } = channel({ incidents: [incident(), incident({ id: 'INC-240', service: 'cart-api' })] });
      expect((await say(verb)).message).toContain('`INC-241` (payment-api), `INC-240` (cart-api)');
      expect((await say(verb)).message).toContain(`Write it as \`/heal ${verb} &lt;incident&gt;`);
      expect((await say(`${verb} no-such-thing<!channel>`)).message).toMatch(
        /No incident “no-such-thing&lt;!channel&gt;” is known/,
      );
      expect(asked).toEqual([]);
    },
  );

  it('needs no name while a single incident is open', async () => {
    const { say, asked } = channel();
    await say('hold --for 1h');
    expect(asked).toEqual([{ name: 'hold', args: ['INC-241', 'U_ONCALL', 60 * MIN] }]);
    expect((await channel({ incidents: [] }).say('why')).message).toContain('None is open.');
  });

  it('runs a step by hand with its parameters, and says how it is written', async () => {
    const answer = { ok: true, message: 'INC-7 shows the plan: <!channel> of *cart*' };
    const { say, asked } = channel({ answer });
    expect((await say('run scale_horizontal cart factor=2 --param a_b="x y" --param c=d')).message).not.toMatch(
      /<!|\*/,
    );
    const params = { factor: '2', a_b: 'x y', c: 'd' };
    expect(asked).toEqual([
      { name: 'run', args: [{ action: 'scale_horizontal', target: 'cart', params }, 'U_ONCALL'] },
    ]);
    expect((await say('run')).message).toContain('`scale_horizontal` (factor)');
    expect((await say('run scale_horizontal')).message).toContain('of what?');
    expect((await say('run scale_horizontal cart twice')).message).toContain('“twice” is no parameter');
    expect(asked).toHaveLength(1);
  });

  it('doctor shows what is wrong with its mend, and counts the rest', async () => {
    const tried = [
      { title: 'the cluster answers', ok: true, mend: '' },
      { title: 'Prometheus answers', ok: false, mend: '401: check PROMETHEUS_TOKEN' },
    ];
    const { say } = channel({ tried });
    expect((await say('doctor')).message.split('\n')).toEqual([
      '✗ *Prometheus answers*: 401: check PROMETHEUSˍTOKEN'.replace('ˍ', '_'),
      '1 of 2 checks is right. `/heal doctor --all` lists them.',
    ]);
    expect((await say('doctor --all')).message).toContain('✔ the cluster answers');
  });

  it('shows an answer to the channel with --share', async () => {
    expect((await channel().say('status --share')).visible).toBe('channel');
    expect((await channel().say('status')).visible).toBe('private');
  });

  it('answers a slip with what was meant, and nothing else with a wall of help', async () => {
    expect((await channel().say('aprove 241')).message).toBe(
      'There is no `/heal` command called “aprove”. Did you mean `/heal approve`?',
    );
    expect((await channel().say('frobnicate')).message.split('\n')).toHaveLength(1);
  });

  it('says what People answered, privately', async () => {
    const { say } = channel({
      answer: { ok: false, message: 'Only <@U_SECOND> may start something for payment-api.' },
    });
    expect(await say('approve 241', 'U_GUEST')).toEqual({
      visible: 'private',
      message: 'Only <@U_SECOND> may start something for payment-api.',
    });
  });
});

describe('/heal status', () => {
  it('says whether it is paused, by whom and why, and gives one line for each open incident', async () => {
    const incidents = [
      incident(),
      incident({ id: 'INC-240', service: 'checkout-api', state: EVERY_STATE[4] as never }),
      incident({ id: 'INC-239', state: EVERY_STATE.at(-1) as never }),
    ];
    const { say } = channel({
      incidents,
      pause: { ...NOT_PAUSED, paused: true, by: 'U_SECOND', reason: 'release <!here>', at: T0 },
    });
    const { message } = await say('status');
    const lines = message.split('\n');
    expect(lines[0]).toContain('*Nightshift is paused* by <@U_SECOND>');
    expect(lines[0]).toContain('release &lt;!here&gt;');
    expect(lines[1]).toBe('*2 open incidents*');
    expect(lines.slice(2)).toEqual([expect.stringContaining('*INC-241*'), expect.stringContaining('*INC-240*')]);
    expect(lines[2]).toContain('runs by itself at <!date^');
    expect(lines[3]).toContain('fixing');
  });

  it('says so when nothing is open, and counts what it leaves out', async () => {
    expect((await channel({ incidents: [] }).say('status')).message).toBe(
      'Nightshift is on watch, not paused.\nNo open incidents.',
    );
    const many = Array.from({ length: 40 }, (_, index) => incident({ id: `INC-${index}` }));
    expect((await channel({ incidents: many }).say('status')).message).toContain('and 15 more');
  });
});

describe('/heal show and why', () => {
  it('answer for each state with blocks that Slack takes, and words that stand alone', async () => {
    for (const state of EVERY_STATE) {
      const { say } = channel({ incidents: [incident({ state })] });
      for (const verb of ['show', 'why']) {
        const reply = await say(`${verb} payment-api`);
        expect(checkBlocks(reply.blocks, 'message')).toBeNull();
        expect(reply.message).toContain('payment-api');
        expect(reply.visible).toBe('private');
      }
    }
  });

  it('show keeps Approve: who may is judged when it is pressed', async () => {
    const reply = await channel().say('show 241');
    expect(JSON.stringify(reply.blocks)).toContain('"action_id":"approve"');
  });
});

describe('/heal approve, reject, hold and close', () => {
  it('approve the plan that is shown now', async () => {
    const { say, asked } = channel();
    await say('approve INC-241');
    expect(asked).toEqual([{ name: 'approve', args: ['INC-241', 'U_ONCALL', null, {}] }]);
  });

  it('reject the step, all steps, or the alarm', async () => {
    const { say, asked } = channel();
    for (const flag of ['', '--next', '--escalate', '—false-alarm']) await say(`reject 241 ${flag}`);
    expect(asked.map((one) => one.args[2])).toEqual(['next', 'next', 'escalate', 'false_alarm']);
    expect((await say('reject 241 --next --escalate')).message).toContain('Choose one');
    expect((await say('reject 241 --maybe')).message).toContain('`--maybe` isn’t known here');
    expect(asked).toHaveLength(4);
  });

  it('hold for half an hour, or as long as was said', async () => {
    const { say, asked } = channel();
    await say('hold 241');
    await say('hold 241 --for 2h');
    expect(asked.map((one) => one.args[2])).toEqual([30 * MIN, 120 * MIN]);
    expect((await say('hold 241 --for ever')).message).toContain('`--for` “ever” isn’t a length of time');
    expect(asked).toHaveLength(2);
  });

  it('close as healed by a person, or as a false alarm', async () => {
    const { say, asked } = channel();
    await say('close 241');
    await say('close 241 --false-alarm');
    expect(asked.map((one) => one.args[2])).toEqual(['healed_by_human', 'false_alarm']);
  });
});

describe('/heal pause and resume', () => {
  it('pause with a reason and for a while, and tell the whole channel', async () => {
    const { say, asked } = channel({
      pause: { ...NOT_PAUSED, paused: true, by: 'U_GUEST', reason: 'release', at: T0, until: T0 + 60 * MIN },
    });
    const reply = await say('pause release tonight --for 1h', 'U_GUEST');
    expect(asked).toEqual([{ name: 'pause', args: ['U_GUEST', 'release tonight', 60 * MIN] }]);
    expect(reply.visible).toBe('channel');
    expect(reply.message).toContain('paused* by <@U_GUEST>');
    await say('pause');
    expect(asked.at(-1)?.args).toEqual(['U_ONCALL', '', null]);
  });

  it('resume in front of everybody, and are refused in private', async () => {
    expect((await channel().say('resume')).visible).toBe('channel');
    expect(
      (await channel({ answer: { ok: false, message: 'Only an approver may resume.' } }).say('resume', 'U_GUEST'))
        .visible,
    ).toBe('private');
  });
});

describe('a plan from outside', () => {
  it('stays text in every list', async () => {
    const hostile = recommendation({ plan: plan({ summary: '<!channel> *restart* <http://x|y>' }) });
    const { say } = channel({
      incidents: [
        incident({
          service: '<@U1>',
          state: { ...AWAITING, recommendation: hostile } as never,
          options: [hostile, OTHER],
        }),
      ],
    });
    const { message } = await say('status');
    expect(message).toContain('&lt;!channel&gt; ∗restart∗');
    expect(message.replaceAll(/<!date[^>]*>/g, '')).not.toMatch(/[<>]/);
  });
});

describe('/heal score and train', () => {
  const report: ServiceReport = {
    namespace: 'shop',
    service: 'payment-api',
    at: T0,
    readings: [
      { label: 'p99 latency', now: '2.8 s', low: '180 ms', high: '320 ms', direction: 'above', probability: 0.9999 },
      { label: 'memory', now: '45 %', low: '44 %', high: '47 %', direction: 'inside', probability: 0.01 },
      { label: 'CPU', now: 'no data', low: '10 %', high: '20 %', direction: 'silent', probability: 0 },
    ],
    forest: { probability: 0.97, decision: -0.1, mostly: 'p99 latency' },
    model: { version: 4, trainedAt: T0, from: T0 - 14 * 86_400_000, to: T0, points: 20_160 },
  };

  it('shows each metric with its band, how sure it is, and what the model has seen', async () => {
    const { message } = await channel({ report }).say('score payment-api');
    const lines = message.split('\n');
    expect(lines[1]).toBe('*!* p99 latency: 2.8 s; at this hour 180 ms to 320 ms, 99 % sure that this is not normal');
    expect(lines[2]).toBe('• memory: 45 %; at this hour 44 % to 47 %');
    expect(lines[3]).toContain('CPU: no data');
    expect(lines[4]).toContain('97 % sure that this is unusual, most of all its p99 latency');
    expect(lines[5]).toMatch(/Model 4, learned .* from 20,160 points over 14 days/);
  });

  it('says kindly that there is no model, and asks for a service when none is named', async () => {
    const { say } = channel({ answer: { ok: false, message: 'There is no model of it yet.' } });
    expect((await say('score <!channel>')).message).toBe('“&lt;!channel&gt;”: There is no model of it yet.');
    expect((await say('score')).message).toContain('Which service?');
  });

  it('trains one service or all', async () => {
    const { say, asked } = channel();
    expect((await say('train payment-api')).message).toBe('Done.');
    await say('train');
    expect(asked.map((one) => [one.name, ...one.args])).toEqual([
      ['train', 'payment-api'],
      ['train', null],
    ]);
  });
});

describe('/heal who, incidents, playbooks and handover', () => {
  const who = {
    namespace: 'shop',
    service: 'payment-api',
    policy: {
      critical: true,
      asked: ['U_ONCALL'],
      unread: false,
      alone: 'nothing',
      atTimeout: 'it runs after 5 min',
      why: 'it is critical',
    },
  };

  it('say who may approve, and why', async () => {
    const { message } = await channel({ who }).say('who payment');
    expect(message).toContain('*shop/payment-api* is critical.');
    expect(message).toContain('*May approve:* <@U_ONCALL>');
    expect((await channel({ answer: { ok: false, message: 'More than one fits.' } }).say('who api')).message).toBe(
      'More than one fits.',
    );
  });

  it('list what was, of one service or of all', async () => {
    const incidents = [
      incident({ state: EVERY_STATE.at(-1) as never, closedAt: T0 }),
      incident({ id: 'INC-240', service: 'cart-api' }),
    ];
    expect((await channel({ incidents }).say('incidents')).message.split('\n')).toHaveLength(2);
    const one = (await channel({ incidents }).say('incidents cart')).message;
    expect(one).toContain('INC-240');
    expect(one).not.toContain('INC-241');
    expect((await channel({ incidents }).say('incidents <!here>')).message).toContain('&lt;!here&gt;');
  });

  it('name the playbooks that are loaded', async () => {
    const playbooks = [{ name: 'crash_loop', steps: ['rollback_deployment', 'notify_oncall'] }];
    expect((await channel({ playbooks }).say('playbooks')).message).toBe(
      '`crash_loop`  rollback_deployment → notify_oncall',
    );
    expect((await channel({ playbooks }).say('playbooks nothing')).message).toContain('No playbook is for “nothing”');
  });

  it('hand over in at most ten lines: what waits first, then what was healed and what went wrong', async () => {
    const closed = EVERY_STATE.at(-1) as never;
    const many = Array.from({ length: 30 }, (_, at) => incident({ id: `INC-${at}`, service: `svc-${at}` }));
    const incidents = [...many, incident({ id: 'INC-90', service: 'cart-api', state: closed, closedAt: T0 })];
    const lines = (await channel({ incidents }).say('handover')).message.split('\n');
    expect(lines.length).toBeLessThanOrEqual(10);
    expect(lines[0]).toContain('31 incidents, 30 open');
    expect(lines[1]).toBe('*Waits for you*');
    expect(lines[5]).toContain('and 27 more');
    expect((await channel({ incidents: [] }).say('handover --for 2h')).message).toContain('*Waits for you:* nothing.');
  });
});

describe('/heal mute', () => {
  const until = T0 + 60 * MIN;
  const mutes = [{ namespace: 'shop', service: 'ledger-db', by: 'U_SECOND', reason: 'move <!here>', at: T0, until }];

  it('mutes for an hour or for as long as is said, for all to see', async () => {
    const { say, asked } = channel();
    expect((await say('mute ledger moving it --for 30m')).visible).toBe('channel');
    await say('mute ledger-db');
    await say('unmute ledger');
    expect(asked).toEqual([
      { name: 'mute', args: ['ledger', 'U_ONCALL', 'moving it', 30 * MIN] },
      { name: 'mute', args: ['ledger-db', 'U_ONCALL', '', 60 * MIN] },
      { name: 'unmute', args: ['ledger', 'U_ONCALL'] },
    ]);
  });

  it('lists what is muted, in status, too', async () => {
    for (const verb of ['mute', 'status']) {
      const { message } = await channel({ mutes }).say(verb);
      expect(message).toContain('*shop/ledger-db* is muted by <@U_SECOND> until');
      expect(message).toContain('move &lt;!here&gt;');
    }
    expect((await channel().say('mute')).message).toContain('Nothing is muted.');
  });
});

describe('/heal silence', () => {
  it('silences an incident or labels, lists and lifts', async () => {
    const { say, asked } = channel({
      silences: [
        {
          id: 'abc',
          matchers: [{ name: 'alertname', value: 'Slow<!here>' }],
          by: 'U_ONCALL',
          comment: 'INC-1',
          until: T0,
        },
      ],
    });
    await say('silence payment-api --for 1h');
    await say('silence alertname=Slow namespace="shop"');
    await say('silence --lift abc');
    const matchers = [
      { name: 'alertname', value: 'Slow' },
      { name: 'namespace', value: 'shop' },
    ];
    expect(asked).toEqual([
      { name: 'silence', args: [{ incidentId: 'INC-241' }, 'U_ONCALL', 60 * MIN] },
      { name: 'silence', args: [{ matchers }, 'U_ONCALL', 120 * MIN] },
      { name: 'liftSilence', args: ['abc', 'U_ONCALL'] },
    ]);
    expect((await say('silence --list')).message).toContain('`alertname=Slow&lt;!here&gt;`');
  });
});
