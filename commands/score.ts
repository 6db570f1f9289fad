import { privately, unknownFlag, usageOf } from '../src/adapters/slack/command-input.ts';
import { escapeText } from '../src/adapters/slack/views/escape.ts';
import { dayTime } from '../src/adapters/slack/views/format.ts';
import type { MetricReading, ServiceReport } from '../src/extension-points/reports.ts';
import type { Command } from '../src/extension-points.ts';

const usage = 'score <service>';

/** How a service stands against what it normally does at this hour, how unusual that is, and what the model has seen. */
const score: Command = {
  name: 'score',
  usage,
  summary: 'how a service stands against what is normal for it at this hour',
  async run(context) {
    const unknown = unknownFlag(context, [], usage);
    if (unknown) return unknown;
    const [reference] = context.args;
    if (reference === undefined) return privately(`Which service? ${usageOf(usage)}`);
    const answer = await context.people.score(reference);
    return privately(answer.ok ? message(answer.report) : `“${escapeText(reference, 60)}”: ${answer.message}`);
  },
};

function message(report: ServiceReport): string {
  const { forest, model } = report;
  const whole = forest
    ? `All metrics together: ${percent(forest.probability)} sure that this is unusual${forest.probability >= 0.5 ? `, most of all its ${forest.mostly}` : ''}.`
    : 'There is too little recent data for the metrics together.';
  const days = Math.round((model.to - model.from) / 8_640_000) / 10;
  return [
    `*${escapeText(report.service, 60)}* in ${escapeText(report.namespace, 60)}`,
    ...report.readings.map(line),
    whole,
    `Model ${model.version}, learned ${dayTime(model.trainedAt)} from ${model.points.toLocaleString('en')} points over ${days} days. \`/heal train ${escapeText(report.service, 60)}\` learns it anew.`,
  ].join('\n');
}

function line({ label, now, low, high, direction, probability }: MetricReading): string {
  const mark = direction === 'inside' || probability < 0.5 ? '•' : '*!*';
  const normal = low === high ? `about ${low}` : `${low} to ${high}`;
  if (direction === 'silent') return `• ${label}: no data; at this hour ${normal}`;
  const odd = probability >= 0.5 ? `, ${percent(probability)} sure that this is not normal` : '';
  return `${mark} ${label}: ${now}; at this hour ${normal}${odd}`;
}

/** Never 100 %: nothing is that sure. */
const percent = (probability: number) => `${Math.min(99, Math.round(probability * 100))} %`;

export default score;
