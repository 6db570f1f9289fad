#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { startSandbox } from './start.ts';

/** The sandbox as a process of its own: prints one line of JSON when it is ready, and ends on SIGTERM or SIGINT. */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'app-url': { type: 'string' },
    'alertmanager-token': { type: 'string' },
    speed: { type: 'string', default: '10' },
    seed: { type: 'string' },
    'state-file': { type: 'string' },
    'no-alerts': { type: 'boolean', default: false },
  },
});

const sandbox = await startSandbox({
  port: Number(values.port),
  speed: Number(values.speed),
  builtInAlerts: !values['no-alerts'],
  ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
  ...(values['state-file'] === undefined ? {} : { stateFile: values['state-file'] }),
});
if (values['app-url'] !== undefined) sandbox.setAppUrl(values['app-url'], values['alertmanager-token']);
const { url, slackApiUrl, prometheusUrl, kubeUrl, signingSecret, botToken, channel } = sandbox;
console.log(JSON.stringify({ url, slackApiUrl, prometheusUrl, kubeUrl, signingSecret, botToken, channel }));

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    sandbox.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
