/** "Imports go one way" (docs/architecture.md), each rule with its reason. `npm test` runs them, and fails when nothing was looked at. */

const PURE = '^src/(domain|analysis|kinds|detectors|correlators)/';
const PEOPLE_ADD = ['kinds', 'detectors', 'correlators', 'actions', 'pipeline'];
const INNER = [...PEOPLE_ADD, 'evidence', 'telemetry', 'learning', 'watch'];

/** An SDK and the only folder that may know it. */
const SDKS = {
  '@slack/': 'src/adapters/slack/',
  '@kubernetes/client-node': 'src/adapters/kubernetes/',
  axios: 'src/adapters/outgoing/',
  undici: 'src/adapters/kubernetes/',
  '@pagerduty/pdjs': 'src/adapters/pagerduty/',
  bullmq: 'src/adapters/bullmq/',
  ioredis: 'src/adapters/(redis/|bullmq/|outgoing/redis-connection)',
  echarts: 'src/adapters/charts/',
  '@resvg/': 'src/adapters/charts/',
  '@grpc/': 'src/adapters/(otlp|keda)/',
};

const onlyIn = ([sdk, folder]) => ({
  name: `sdk-${sdk.replace(/\W+/g, '-').replace(/^-|-$/g, '')}-stays-at-the-rim`,
  comment: `Only ${folder} talks to ${sdk}: another version, or another product, is then a change in one place.`,
  severity: 'error',
  from: { path: '^(src|commands)/', pathNot: `^${folder}` },
  to: { path: `node_modules/${sdk}` },
});

/** Modules that may be added one by one know the extension points, not one another. */
const siblings = (folder) => ({
  name: `${folder}-know-no-siblings`,
  comment: `${folder} meet the others only through extension-points.ts: any of them can be added, changed or removed alone.`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: {
    path: `^(src/(${INNER.filter((other) => other !== folder && !(folder === 'pipeline' && !PEOPLE_ADD.includes(other))).join('|')})|commands)/`,
  },
});

export default {
  forbidden: [
    {
      name: 'pure-code-needs-no-world',
      comment:
        'domain, analysis, kinds, detectors and correlators do no I/O: they can be tested a million times a minute, and give the same answer twice. The libraries on the list are pure, as is hashing.',
      severity: 'error',
      from: { path: PURE },
      to: {
        dependencyTypesNot: ['local', 'type-only'],
        pathNot: ['^(node:)?crypto$', 'node_modules/(@bsull/augurs|diff)/'],
      },
    },
    {
      name: 'pure-code-knows-no-outer-layer',
      comment:
        'Judgement in the middle must not depend on the rim: only on itself, the ports and the extension points.',
      severity: 'error',
      from: { path: '^src/(domain|analysis)/' },
      to: { path: '^(src|commands)/', pathNot: '^src/(domain|analysis)/' },
    },
    {
      name: 'the-domain-knows-no-mathematics',
      comment: 'The words and the judgement stand at the bottom; analysis computes with them, and hands over figures.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { path: '^src/analysis/' },
    },
    {
      name: 'timing-knows-nothing',
      comment: 'How to wait, to take turns and to do again is the same for everybody, and about nothing in particular.',
      severity: 'error',
      from: { path: '^src/timing/' },
      to: { path: '^(src|commands|sandbox)/', pathNot: '^src/timing/' },
    },
    {
      name: 'ports-know-only-the-domain',
      comment: 'The ports say what the core needs, in the words of the domain.',
      severity: 'error',
      from: { path: '^src/ports/' },
      to: { path: '^(src|commands)/', pathNot: '^src/(ports|domain|analysis)/' },
    },
    {
      name: 'extension-points-know-only-ports-and-domain',
      comment: 'extension-points.ts is the one page that people who add something read; it stands on the ports.',
      severity: 'error',
      from: { path: '^src/extension-points(\\.ts$|/)' },
      to: { path: '^(src|commands)/', pathNot: '^src/(ports/|domain/|analysis/|extension-points/)' },
    },
    {
      name: 'core-knows-no-adapter',
      comment:
        'What people add, and the pipeline, use the world through ports: tests and the sandbox give them others.',
      severity: 'error',
      from: { path: `^src/(${INNER.join('|')})/` },
      to: { path: '^(src/adapters|sandbox)/' },
    },
    {
      name: 'commands-know-only-the-views',
      comment:
        "A command answers in Slack's blocks, which the pure views make, and reads its words as the buttons do; of the adapters it knows no more.",
      severity: 'error',
      from: { path: '^commands/' },
      to: {
        path: '^(src/adapters|sandbox)/',
        pathNot: '^src/adapters/slack/(views/|command-input\\.ts$|explain\\.ts$)',
      },
    },
    {
      name: 'core-knows-no-composition',
      comment:
        'Only src/app and the entry points put things together; nothing below knows how it was put together, or reads the configuration by itself.',
      severity: 'error',
      from: { path: '^(src/.+/|commands/)', pathNot: '^src/(app|cli|checks|backtest|game-day)/' },
      to: { path: '^src/(app/|cli/|checks/|backtest/|game-day/|main\\.ts$|cli\\.ts$)' },
    },
    {
      name: 'the-verbs-are-last',
      comment: 'What a verb of the command line needs alone stands with it: the app runs without the command line.',
      severity: 'error',
      from: { path: '^(src|commands)/', pathNot: '^src/(cli|backtest)/|^src/cli\\.ts$' },
      to: { path: '^src/(cli|backtest)/' },
    },
    ...PEOPLE_ADD.map(siblings),
    {
      name: 'the-middle-knows-no-extension',
      comment:
        'What people add is handed in as a list by src/app: nothing in between counts on one of them being there.',
      severity: 'error',
      from: { path: '^src/(evidence|telemetry|learning|watch)/' },
      to: { path: '^(src/(kinds|detectors|correlators|actions)|commands)/' },
    },
    {
      name: 'learning-and-telemetry-know-no-incident-way',
      comment: 'What is normal, what is coming and what was heard is known without anybody who asks for it.',
      severity: 'error',
      from: { path: '^src/(learning|telemetry)/' },
      to: { path: '^src/(evidence|pipeline|watch)/' },
    },
    {
      name: 'learning-and-telemetry-know-not-each-other',
      comment: 'What is learned comes from the metrics, wherever these come from.',
      severity: 'error',
      from: { path: '^src/(learning|telemetry)/' },
      to: { path: '^src/(learning|telemetry)/', pathNot: '^src/$1/' },
    },
    {
      name: 'evidence-knows-no-stage',
      comment: 'What is looked up around an incident is the same whichever stage, scan or command asks for it.',
      severity: 'error',
      from: { path: '^src/evidence/' },
      to: { path: '^src/(pipeline|watch)/' },
    },
    {
      name: 'the-pipeline-knows-no-scan',
      comment: 'The scan is one of those that bring news to the pipeline, which needs none of them in particular.',
      severity: 'error',
      from: { path: '^src/pipeline/' },
      to: { path: '^src/watch/' },
    },
    {
      name: 'commands-know-no-siblings',
      comment: 'A command is one file on the extension points.',
      severity: 'error',
      from: { path: '^commands/' },
      to: { path: `^src/(${INNER.join('|')})/` },
    },
    {
      name: 'adapters-know-only-ports-and-domain',
      comment: 'An adapter turns an outside system into a port and back; it decides nothing.',
      severity: 'error',
      from: { path: '^src/adapters/' },
      to: { path: `^(src/(${INNER.join('|')}|analysis)|sandbox|commands)/` },
    },
    {
      name: 'adapters-know-no-siblings',
      comment:
        'Adapters meet in the composition only: one can be replaced without a look at the others. How a call over HTTP is made, and how one is let in, is all that they share.',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/' },
      to: { path: '^src/adapters/([^/]+)/', pathNot: '^src/adapters/($1|outgoing|incoming)/' },
    },
    {
      name: 'a-backtest-knows-no-verb',
      comment: 'The verbs of the command line use it, and not the other way round.',
      severity: 'error',
      from: { path: '^src/backtest/' },
      to: { path: '^src/cli/' },
    },
    ...Object.entries(SDKS).map(onlyIn),
    {
      name: 'sandbox-imports-nothing-of-ours',
      comment:
        "The sandbox is somebody else's cluster as far as the app can tell: it speaks the wire protocols, so that what works with it works with the real thing.",
      severity: 'error',
      from: { path: '^sandbox/' },
      to: { path: '^(src|commands)/' },
    },
    {
      name: 'only-main-starts-the-sandbox',
      comment: 'Real and simulated never mix (law 12).',
      severity: 'error',
      from: { path: '^(src|commands)/', pathNot: '^src/main\\.ts$' },
      to: { path: '^sandbox/' },
    },
    {
      name: 'game-days-are-played-from-outside',
      comment:
        'A game day judges the app by what anybody can see over HTTP. What it shares with the app is how YAML is read and the words of the domain; run.ts, which starts it, reads the settings.',
      severity: 'error',
      from: { path: '^src/game-day/', pathNot: '^src/game-day/run\\.ts$' },
      to: {
        path: '^(src|commands)/',
        pathNot:
          '^src/(game-day/|domain/(types/outcome|cut-text|duration)\\.ts$|adapters/playbooks/(checked-yaml|playbook-schema)\\.ts$)',
      },
    },
    {
      name: 'a-backtest-reaches-no-cluster',
      comment:
        'What would have been done is worked out without anything that could do it: a backtest has no client of a cluster, a chat, a pager or a store.',
      severity: 'error',
      from: { path: '^src/backtest/' },
      to: {
        path: '^src/(adapters/(kubernetes|slack|pagerduty|redis|bullmq|otlp|http)/|app/app\\.ts$|main\\.ts$)',
      },
    },
    {
      name: 'no-cycles',
      comment:
        'Two modules that need each other are one, or lack a third; so are two that need the types of each other: neither can be read, or changed, alone.',
      severity: 'error',
      from: { path: '^(src|commands|sandbox)/' },
      to: { circular: true },
    },
    {
      name: 'the-app-needs-no-development-package',
      comment: 'The image is installed without development packages.',
      severity: 'error',
      from: { path: '^(src|commands|sandbox)/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
    {
      name: 'imports-are-there',
      comment: 'A module that can not be found.',
      severity: 'error',
      from: { path: '^(src|commands|sandbox)/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // With TypeScript 7 the default parser finds no module at all and passes.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json'],
    },
  },
};
