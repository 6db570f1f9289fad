import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command as Program } from 'commander';
import { secretOf } from '../app/secret-of.ts';
import { NightshiftApiError, nightshiftApi } from '../backtest/nightshift-api.ts';
import { readRecordedIncident } from '../backtest/recorded-incident.ts';
import { exportedIncident } from '../domain/exported-incident.ts';
import { graphWords } from '../domain/graph-words.ts';
import { type PostMortem, postMortemMarkdown } from '../domain/postmortem.ts';
import type { AffectedPart } from '../domain/types/diagnosis.ts';

class PostMortemError extends Error {}
type Options = { url?: string; folder: string };

/** `nightshift postmortem INC-12`: what happened as Markdown, with its picture and the raw data beside it. */
export function addPostMortem(program: Program, env: NodeJS.ProcessEnv): void {
  program
    .command('postmortem')
    .argument('<incident>', 'its id, as INC-12-ab')
    .option('--url <url>', 'the address of a running Nightshift; this machine, at PORT, when absent')
    .option('--folder <folder>', 'where it goes', '.')
    .description('write what happened in an incident as Markdown, with pictures and the raw data beside it')
    .action(async (id: string, options: Options) => {
      try {
        console.log((await write(id, options, env)).join('\n'));
      } catch (error) {
        const isExpected =
          error instanceof PostMortemError ||
          error instanceof NightshiftApiError ||
          (error instanceof Error && 'syscall' in error);
        if (!isExpected) throw error;
        console.error(error.message);
        process.exitCode = 1;
      }
    });
}

async function write(id: string, { url, folder }: Options, env: NodeJS.ProcessEnv): Promise<string[]> {
  if (!/^[\w-]{1,64}$/.test(id)) throw new PostMortemError(`“${id}” is no id of an incident`);
  const value = await incidentOf(
    url ?? `http://127.0.0.1:${env.PORT ?? 3000}`,
    id,
    secretOf('NIGHTSHIFT_API_TOKEN', env),
  );
  if (typeof value === 'object' && value !== null && 'detailsDropped' in value)
    throw new PostMortemError(
      `The details of ${id} were dropped when their time had come; only the small record is left.`,
    );
  const read = readRecordedIncident(value);
  if (!read.ok) throw new PostMortemError(`${id}: ${read.message}`);
  await mkdir(folder, { recursive: true });
  const path = (name: string) => join(folder, `${id}${name}`);
  const whole = value as Omit<PostMortem, 'alerts' | 'why' | 'skipped' | 'seen'> & {
    alertDetails?: PostMortem['alerts'];
    stateDetail?: { why?: string };
    skippedSteps?: PostMortem['skipped'];
    seen?: PostMortem['seen'];
  };
  const { affected } = whole.diagnosis ?? {};
  const pictures = affected ? [await graph(path('-graph.png'), `${id}-graph.png`, whole.service, affected)] : [];
  const given = {
    ...whole,
    alerts: whole.alertDetails ?? [],
    why: whole.stateDetail?.why ?? '',
    skipped: whole.skippedSteps ?? [],
    seen: whole.seen ?? null,
  };
  await writeFile(path('.md'), postMortemMarkdown(given, pictures), { mode: 0o600 });
  await writeFile(path('.json'), `${JSON.stringify(exportedIncident(value), null, 1)}\n`, { mode: 0o600 });
  return [path('.md'), path('.json'), ...(affected ? [path('-graph.png')] : [])];
}

async function graph(path: string, file: string, service: string, part: AffectedPart) {
  const { graphChart } = await import('../adapters/charts/graph-chart.ts');
  const altText = graphWords(part);
  await writeFile(
    path,
    await graphChart({ title: service, subtitle: 'the affected part of the call graph', part, darkMode: false }),
  );
  return { file, altText };
}

async function incidentOf(url: string, id: string, token: string | null): Promise<unknown> {
  try {
    return await nightshiftApi(url, token).get(`/api/incidents/${id}`);
  } catch (error) {
    if (error instanceof NightshiftApiError && error.status === 404)
      throw new PostMortemError(`There is no incident ${id}.`);
    throw error;
  }
}
