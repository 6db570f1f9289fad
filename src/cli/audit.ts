import type { Command as Program } from 'commander';
import { secretOf } from '../app/secret-of.ts';
import { type NightshiftApi, NightshiftApiError, nightshiftApi } from '../backtest/nightshift-api.ts';
import { type AuditHead, type AuditLine, exportedLine, verifyChain } from '../domain/audit.ts';

type Page = { lines: AuditLine[]; head: AuditHead; people: Record<string, string> };
type Options = { url?: string };
class AuditError extends Error {}

const HELP = `
The record is append-only: each entry holds the hash of the one before, so nothing in it can be changed without the chain breaking there. Keep the hash of the
head (verify prints it) somewhere else, and give it to --head later: then nobody can replace the whole of it either.
`;

/** `nightshift audit`: the record of who decided what, when and why. */
export function addAudit(program: Program, env: NodeJS.ProcessEnv): void {
  const audit = program
    .command('audit')
    .description('check, export and mend the record of who decided what')
    .addHelpText('after', HELP);
  const url = ['--url <url>', 'the address of a running Nightshift; this machine, at PORT, when absent'] as const;
  audit
    .command('verify')
    .option(...url)
    .option('--head <seq:hash>', 'a head that was kept earlier: it must be in the chain still')
    .description('check the chain, and say exactly where it breaks')
    .action((options: Options & { head?: string }) => saying(() => verify(options, env)));
  audit
    .command('export')
    .option(...url)
    .description('print it as JSON lines, for a SIEM')
    .action((options: Options) =>
      saying(async () => {
        const { lines, people } = await whole(options, env);
        for (const line of lines) console.log(exportedLine(line, people));
        return 0;
      }),
    );
  audit
    .command('forget-person')
    .argument('<user>', 'a Slack id')
    .option(...url)
    .description('delete a person’s id from all that is closed and from the record; its chain stays whole')
    .action((user: string, options: Options) =>
      saying(async () => {
        const { known, changed } = await apiOf(options, env).post<{ known: boolean; changed: number }>(
          '/api/audit/forget-person',
          { user },
        );
        console.log(`${user} was ${known ? '' : 'not '}in the record; deleted in ${changed} incidents and records.`);
        return 0;
      }),
    );
}

async function saying(run: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await run();
  } catch (error) {
    const isExpected = error instanceof AuditError || error instanceof NightshiftApiError;
    if (!isExpected && !(error instanceof Error && 'syscall' in error)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

async function verify(options: Options & { head?: string }, env: NodeJS.ProcessEnv): Promise<number> {
  const { lines, head } = await whole(options, env);
  const verdict = verifyChain(lines, head);
  if (!verdict.ok) {
    console.error(`The chain breaks at entry ${verdict.entry}: ${verdict.why}.`);
    console.error(lines[verdict.entry - 1]?.slice(65, 400) ?? '(there is no such entry)');
    return 2;
  }
  const kept = /^(\d{1,15}):([0-9a-f]{64})$/.exec(options.head ?? '');
  if (options.head && !kept) throw new AuditError('--head: must be as verify prints it, seq:hash');
  if (kept && lines[Number(kept[1]) - 1]?.slice(0, 64) !== kept[2]) {
    console.error(`Entry ${kept[1]} is another than the head that was kept: all of it was written anew.`);
    return 2;
  }
  console.log(`The chain is whole: ${verdict.entries} entries. Head ${head.seq}:${head.hash}`);
  return 0;
}

/** All of it. What is appended meanwhile is left to the next time: the head is that of the last page. */
async function whole(options: Options, env: NodeJS.ProcessEnv): Promise<Page> {
  const api = apiOf(options, env);
  const lines: AuditLine[] = [];
  for (;;) {
    const page = await api.get<Page>(`/api/audit?from=${lines.length}`);
    lines.push(...page.lines);
    if (lines.length >= page.head.seq || page.lines.length === 0)
      return { ...page, lines: lines.slice(0, Math.max(page.head.seq, 0)) };
  }
}

const apiOf = ({ url }: Options, env: NodeJS.ProcessEnv): NightshiftApi =>
  nightshiftApi(url ?? `http://127.0.0.1:${env.PORT ?? 3000}`, secretOf('NIGHTSHIFT_API_TOKEN', env), 60_000);
