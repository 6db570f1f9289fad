import type { Names, NewFile } from './templates.ts';

export const correlatorFiles = ({ snake, kebab, camel }: Names): NewFile[] => [
  {
    path: `src/correlators/${kebab}.ts`,
    text: `import type { IncidentContext } from '../extension-points/incident-context.ts';
import type { Correlator, Found } from '../extension-points.ts';

/** TODO: which evidence it sees, and what that says. */
const ${camel}: Correlator = {
  name: '${snake}',
  // Its words and what is known of each: \`npm run generate\` puts them into the vocabulary.
  finds: { ${snake}: { chart: null, shownByPods: false, isContext: false } },
  correlate: (around) => signsIn(around),
};

/** Pure: the time is \`around.at\`, and what couldn't be looked at is absent, not empty. */
function signsIn(_around: IncidentContext): Found[] {
  return [];
}

export default ${camel};
`,
  },
  {
    path: `test/correlators/${kebab}.test.ts`,
    text: `import { describe, expect, it } from 'vitest';
import ${camel} from '../../src/correlators/${kebab}.ts';
import { around } from './incident-context.ts';

describe('${snake}', () => {
  it('finds it where it is', () => {
    expect(${camel}.correlate(around({})).map(({ what }) => what)).toEqual(['${snake}']);
  });
});
`,
  },
];

export const stateCorrelatorFiles = ({ snake, kebab, camel }: Names): NewFile[] => [
  {
    path: `src/correlators/state/${kebab}.ts`,
    text: `import type { StateCause } from '../../domain/snapshot/state-cause.ts';
import type { StateWorkload } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

/** TODO: which object it convicts, and by which fields. Pure; what couldn't be read is absent, not empty. */
const ${camel}: StateCorrelator = {
  name: '${snake}',
  // Its kinds of cause, with all that is known of each: \`npm run generate\` puts them into the closed list. \`should\` is read after "should be"; it may be a function of the facts.
  finds: {
    ${snake}: {
      area: 'workload',
      title: 'TODO: what is wrong',
      object: 'workload',
      whose: 'author',
      should: 'TODO',
    },
  },
  find: (state) => state.workloads.flatMap((workload) => judge(workload)),
};

/** TODO: \`what: '${snake}'\`, the object, how sure (0 to 1), the facts that convict it, whom it hurts and the command that mends it. */
function judge(_workload: StateWorkload): StateCause[] {
  return [];
}

export default ${camel};
`,
  },
  {
    path: `test/correlators/state/${kebab}.test.ts`,
    text: `import { describe, expect, it } from 'vitest';
import { Boutique, diagnose } from './boutique.ts';

describe('${snake}', () => {
  it('convicts an object by its fields', () => {
    const shop = new Boutique();
    // TODO: break something of it.
    expect(diagnose(shop).causes[0]).toMatchObject({ what: '${snake}' });
  });
});
`,
  },
];

export const detectorFiles = ({ snake, kebab, camel }: Names): NewFile[] => [
  {
    path: `src/detectors/${kebab}.ts`,
    text: `import type { Detector } from '../extension-points.ts';

/** TODO: what of a series it finds odd. Pure; gaps are NaN, and without a baseline nothing is called anomalous. */
const ${camel}: Detector = {
  name: '${snake}',
  // Its words, what is known of each, and what the scan makes of it.
  finds: { ${snake}: { chart: null, shownByPods: false, isContext: false, scan: 'counts', mustLast: 'long' } },
  detect: () => [],
};

export default ${camel};
`,
  },
  {
    path: `test/detectors/${kebab}.test.ts`,
    text: `import { describe, expect, it } from 'vitest';
import ${camel} from '../../src/detectors/${kebab}.ts';

describe('${snake}', () => {
  it('finds what is odd', () => {
    const about = { kind: 'Deployment' as const, namespace: 'shop', name: 'payment-api' };
    const times = Float64Array.from({ length: 60 }, (_, minute) => minute * 60_000);
    const recent = { times, values: times.map((at) => (at > 3_000_000 ? 10 : 1)) };
    const input = { about, metric: 'latency_p99', unit: 's', at: 3_600_000, stepMs: 60_000, limit: null };
    const found = ${camel}.detect({ ...input, recent, baseline: null });
    expect(found.map(({ what }) => what)).toEqual(['${snake}']);
  });
});
`,
  },
];

export const kindFiles = ({ snake, kebab, camel }: Names): NewFile[] => [
  {
    path: `src/kinds/${kebab}.ts`,
    text: `import type { IssueKind } from '../domain/issue-kind.ts';

/** TODO: what trouble it is, and what must be known before it is called over. */
const ${camel}: IssueKind = {
  name: '${snake}',
  title: 'TODO: for people',
  says: { now: 'TODO: is in trouble', past: 'TODO: was in trouble' },
  chart: null,
  overWindow: false,
  of: 'workload',
  unit: '',
  order: 100,
  shownBy: [],
  needs: [],
  present: () => null,
  severity: () => null,
  over: (health) => \`\${health.service}: it is over\`,
};

export default ${camel};
`,
  },
  {
    path: `test/kinds/${kebab}.test.ts`,
    text: `import { describe, expect, it } from 'vitest';
import ${camel} from '../../src/kinds/${kebab}.ts';

describe('${snake}', () => {
  it('is shown by vitals, some of which must be known before it may be called over', () => {
    expect(${camel}.shownBy).not.toEqual([]);
    expect(${camel}.needs).not.toEqual([]);
  });
});
`,
  },
];

export const commandFiles = ({ snake, kebab, camel }: Names): NewFile[] => [
  {
    path: `commands/${kebab}.ts`,
    text: `import { privately, unknownFlag } from '../src/adapters/slack/command-input.ts';
import type { Command } from '../src/extension-points.ts';

const usage = '${kebab}';

const ${camel}: Command = {
  name: '${kebab}',
  usage,
  summary: 'TODO: one line for /heal help',
  async run(context) {
    const wrong = unknownFlag(context, [], usage);
    if (wrong) return wrong;
    return privately('This is not written yet.');
  },
};

export default ${camel};
`,
  },
  {
    path: `test/commands/${kebab}.test.ts`,
    text: `import { describe, expect, it } from 'vitest';
import ${camel} from '../../commands/${kebab}.ts';
import type { CommandContext } from '../../src/extension-points.ts';

describe('/heal ${kebab}', () => {
  it('answers', async () => {
    const context = { args: [], flags: {}, user: 'U_ONCALL' } as unknown as CommandContext;
    const { message } = await ${camel}.run(context);
    expect(message, '${snake}').not.toContain('not written');
  });
});
`,
  },
];

export const playbookFiles = ({ snake, kebab }: Names): NewFile[] => [
  {
    path: `playbooks/${kebab}.yaml`,
    text: `# yaml-language-server: $schema=../schemas/playbook.schema.json
# Severity: TODO its unit.
issue: ${snake}
title: "TODO: what it does"
steps:
  - action: notify_oncall
    rung: escalate
    confidence: 0
verify:
  within: 5m
  steady: 1m
`,
  },
  {
    path: `test/playbooks/${kebab}.test.ts`,
    text: `import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { loadPlaybooks } from '../../src/adapters/playbooks/load-playbooks.ts';

it('${snake} has a step that mends something before a person is called', async () => {
  const playbooks = await loadPlaybooks([fileURLToPath(new URL('../../playbooks', import.meta.url))]);
  const [first] = playbooks.find(({ issue }) => issue === '${snake}')?.steps ?? [];
  expect(first?.rung).not.toBe('escalate');
});
`,
  },
];
