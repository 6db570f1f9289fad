import { describe, expect, it } from 'vitest';
import { checkBlocks } from '../../sandbox/chat/block-kit/check.ts';
import { runCommand } from '../../src/adapters/slack/run-command.ts';
import { loadModules } from '../../src/app/load-modules.ts';
import { figuresOf } from '../../src/domain/proof/outcome-figures.ts';
import { reportOf } from '../../src/domain/proof/stats-report.ts';
import type { Command } from '../../src/extension-points.ts';
import { recordingPeople } from '../adapters/slack/people.ts';
import { outcomeOf, stepOf } from '../domain/proof/outcomes.ts';

const commands = await loadModules<Command>(new URL('../../commands', import.meta.url).pathname);
const clock = { now: () => 0, realDelay: (ms: number) => ms };
const records = [
  ...Array.from({ length: 24 }, (_, n) =>
    outcomeOf({ id: `INC-${n}`, began: 0, over: 240_000, cause: null, issue: null }),
  ),
  outcomeOf({ id: 'INC-30', service: '<!here>', outcome: 'false_alarm', byPerson: true, steps: [] }),
];
const past = [
  { source: 'prometheus' as const, id: '1', namespace: null, service: null, name: 'A', began: 0, over: 1_200_000 },
];
const window = { at: 1, since: 0, until: 1 };

describe('/heal stats', () => {
  const stats = {
    ...reportOf({ records, past, objectiveOf: () => undefined }, window),
    ...{ service: null, weeks: 8, partial: false },
  };
  const say = (text: string) => {
    const recorded = recordingPeople({ stats });
    return { ...recorded, reply: runCommand({ people: recorded.people, commands, clock }, 'U_GUEST', text) };
  };
  it('says how fast, how often wrong, and how sure, with intervals', async () => {
    const { message } = await say('stats').reply;
    expect(message).toContain('*All services*, the last 8 weeks');
    expect(message).toContain('25 incidents: 24 healed, 1 false alarm');
    expect(message).toContain('without a human: 96 % (80–100 %), 24 of 25');
    expect(message).toContain('before Nightshift 20 min of 1');
    expect(message).toContain('said 90 %: 100 % (86–100 %), 24 of 24 worked');
    expect(message).not.toContain('<!here>');
  });
  it('asks about one service, and as many weeks as were said', async () => {
    const { asked, reply } = say('stats shop/payment-api --weeks 4');
    await reply;
    expect(asked).toEqual([{ name: 'stats', args: ['shop/payment-api', 4] }]);
    for (const weeks of ['0', 'many', '1.5'])
      expect((await say(`stats --weeks ${weeks}`).reply).message).toContain('1 to 520');
  });
});

describe('/heal history', () => {
  it('shows each incident with what was done, and the picture', async () => {
    const ends = [
      outcomeOf({
        post: { channel: 'C1', ts: '1.2' },
        steps: [stepOf({ action: 'restart_pod', worked: false }), stepOf()],
      }),
    ];
    const history = {
      ...{ service: 'shop/payment-api', records: ends, figures: figuresOf(ends) },
      picture: { file: 'F1', altText: 'a picture' },
    };
    const { people } = recordingPeople({ history });
    const { message, blocks } = await runCommand({ people, commands, clock }, 'U_GUEST', 'history payment-api');
    expect(message).toContain('<https://slack.com/archives/C1/p12|INC-1>');
    expect(message).toContain('rollout of payment-api; restart_pod ✗, rollback_deployment ✓; healed after 80 s');
    expect(checkBlocks(blocks, 'message')).toBeNull();
    expect(JSON.stringify(blocks)).toContain('F1');
    expect((await runCommand({ people, commands, clock }, 'U_GUEST', 'history')).message).toContain('Which service?');
  });
});
