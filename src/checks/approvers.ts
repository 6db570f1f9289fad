import { pino } from 'pino';
import { createPagerDutyApi } from '../adapters/pagerduty/api.ts';
import { createOnCall } from '../adapters/pagerduty/on-call.ts';
import { createSlackDirectory } from '../adapters/slack/directory.ts';
import { startApprovers } from '../app/approvers.ts';
import type { Config } from '../app/config.ts';
import { type Check, right, wrong } from './check.ts';

const TIMEOUT_MS = 5_000;

/** Whether the groups and schedules among the approvers can be read, and whether they may start anything. */
export async function examineApprovers({ env, settings }: Config): Promise<Check[]> {
  const log = pino({ level: 'silent' });
  const { SLACK_BOT_TOKEN: token, PAGERDUTY_API_TOKEN: apiToken } = env;
  const directory = token ? createSlackDirectory({ token, slackApiUrl: env.SLACK_API_URL, log }) : undefined;
  const api = apiToken
    ? createPagerDutyApi({ token: apiToken, apiUrl: env.PAGERDUTY_API_URL, timeoutMs: TIMEOUT_MS })
    : null;
  const approvers = await startApprovers(settings, { directory, onCall: api ? createOnCall(api) : undefined }, log);
  const named = [
    settings.approvers,
    ...settings.services.map((one) => one.approvers ?? []),
    ...settings.approvals.map((one) => one.approvers ?? []),
  ];
  const nobody = named.flat().length === 0;
  const mend = 'name Slack ids in `approvers:` of nightshift.yaml: until then nobody may approve anything';
  return [
    ...(nobody ? [wrong('somebody may approve', mend)] : [right('somebody may approve')]),
    ...approvers.notes().map((note) => wrong('who may approve is known', note)),
  ];
}
