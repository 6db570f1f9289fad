import { stringify } from 'yaml';
import { privately, unknownFlag, usageOf } from '../src/adapters/slack/command-input.ts';
import { actions, button, picture, present, section } from '../src/adapters/slack/views/blocks.ts';
import { escapeText } from '../src/adapters/slack/views/escape.ts';
import { clockTime, dayTime, number, plural } from '../src/adapters/slack/views/format.ts';
import type { ComingRate, DemandProposal, ForecastReport } from '../src/extension-points/reports.ts';
import type { Command, Reply } from '../src/extension-points.ts';

const usage = 'forecast <service> [--propose]';

/** What is coming for a service within the hour and the day, its week, and the autoscaler that would meet it as YAML; with `--propose` that is put to those who may approve it. */
const forecast: Command = {
  name: 'forecast',
  usage,
  summary: 'what traffic is coming for a service, and a KEDA ScaledObject that would meet it, which can be proposed',
  async run(context) {
    const unknown = unknownFlag(context, ['propose'], usage);
    if (unknown) return unknown;
    const [reference] = context.args;
    if (reference === undefined) return privately(`Which service? ${usageOf(usage)}`);
    if (context.flags.propose) return privately((await context.people.propose(reference, context.user)).message);
    const answer = await context.people.forecast(reference);
    if (!answer.ok) return privately(`“${escapeText(reference, 60)}”: ${escapeText(answer.message, 400)}`);
    return replyOf(answer.report);
  },
};

function replyOf(report: ForecastReport): Reply {
  const coming = comingLines(report);
  const [proposed, yaml] = proposalParts(report.proposal);
  const fence = yaml === null ? null : fenced(yaml);
  const message = [...coming, proposed, fence].filter((line) => line !== null).join('\n');
  const shown = report.picture && picture(report.picture.file, report.picture.altText);
  const blocks = present([section(coming), shown, section([proposed]), section([fence]), proposeBlock(report)]);
  return { visible: 'private', message, blocks };
}

/** Only where there is something to propose. */
function proposeBlock({ namespace, service, proposal }: ForecastReport): ReturnType<typeof actions> {
  if (proposal.kind !== 'new') return null;
  const look = { label: `Propose the ScaledObject for ${service}` };
  return actions('forecast', [button('propose', 'Propose it', `${namespace}/${service}`, look)]);
}

function comingLines({ namespace, service, now, hour, day, replicas, perReplica, ...rest }: ForecastReport): string[] {
  return [
    `*${escapeText(service, 60)}* in ${escapeText(namespace, 60)}: what is coming`,
    `• now: ${perSecond(now.rate)}, on ${plural(replicas.now, 'replica')}`,
    `• within the hour: ${rateWords(hour)} at ${clockTime(hour.at)}; ${plural(replicas.hour, 'replica')} at ${number(perReplica)}/s each`,
    `• within a day: ${rateWords(day)} at ${dayTime(day.at)}; ${plural(replicas.day, 'replica')}`,
    `• its week: ${weekWords(rest)}`,
  ];
}

const perSecond = (rate: number) => `${number(rate)} requests/s`;

const rateWords = ({ median, high }: ComingRate) =>
  `most likely ${perSecond(median)}, hardly more than ${number(high)}`;

function weekWords({ windows, timezone }: Pick<ForecastReport, 'windows' | 'timezone'>): string {
  if (windows === null) return 'less than a week of it is known';
  if (windows.length === 0) return 'no hours that want more replicas than others';
  return `${windows.map((message) => escapeText(message, 100)).join('; ')} (${escapeText(timezone, 40)})`;
}

/** A sentence, and the YAML that goes with it. */
function proposalParts(proposal: DemandProposal): [string, string | null] {
  switch (proposal.kind) {
    case 'none':
      return [escapeText(proposal.message, 500), null];
    case 'new':
      return ['Nothing scales it yet. This ScaledObject would (not applied):', stringify(proposal.object)];
    case 'addition': {
      const { scaler, bounds, triggers, message } = proposal;
      const known = `The ScaledObject ${escapeText(scaler, 60)} scales it already (${bounds.min} to ${bounds.max}). ${escapeText(message, 300)}`;
      return [known, triggers.length === 0 ? null : stringify({ spec: { triggers } })];
    }
  }
}

/** As a block of code; what would end the block early can't be in it. */
function fenced(yaml: string): string {
  return `\`\`\`\n${yaml.replaceAll('`', "'").replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').trimEnd()}\n\`\`\``;
}

export default forecast;
