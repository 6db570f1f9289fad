import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createMiner, learn } from '../../src/analysis/log-template.ts';

/**
 * Log lines masked and mined a second of a core's time: the process's CPU, so that what else runs on the machine counts less. Of lines as services write them, each with other numbers; with `--data`
 * (a folder of days with log/*.csv.gz, as Nezha's) also of those. The best of several rounds: the first is the compiler's.
 */

export const about = 'log lines masked and mined a second of a core';

const LINES = 40_000;
const ROUNDS = 6;
const FILES_OF_DAY = 6;

export async function run({ data }: { data?: string }): Promise<Record<string, unknown>> {
  return {
    ...figures(
      '',
      Array.from({ length: LINES }, (_, i) => written(i)),
    ),
    ...(data ? figures('data_', read(data)) : {}),
  };
}

function figures(prefix: string, lines: string[]): Record<string, number> {
  const rates = Array.from({ length: ROUNDS }, () => {
    const miner = createMiner();
    const began = process.cpuUsage();
    for (const [at, line] of lines.entries()) learn(miner, line, at);
    const { user, system } = process.cpuUsage(began);
    return lines.length / ((user + system) / 1e6);
  }).toSorted((a, b) => a - b);
  return {
    [`${prefix}lines_per_s_of_a_core`]: Math.round(rates.at(-1)!),
    [`${prefix}lines_per_s_of_a_core_median`]: Math.round(rates[Math.floor(ROUNDS / 2)]!),
    [`${prefix}characters_a_line`]: Math.round(lines.reduce((sum, { length }) => sum + length, 0) / lines.length),
  };
}

const id = (i: number) => (i * 2_654_435_761).toString(16).padStart(32, '4bf92f3577b34da6a3ce929d0e0e4736').slice(-32);

const written = (i: number): string =>
  [
    `2026-06-04 18:00:0${i % 10}.${100 + (i % 900)}  INFO 1 --- [nio-8080-exec-${i % 9}] c.e.shop.OrderController : served GET /orders/${i} in ${(i * 3) % 997} ms for user-${i}@example.com`,
    `ts=2026-06-04T18:00:0${i % 10}Z level=info caller=handler.go:${i % 300} msg="request done" method=GET path=/cart status=200 duration_ms=${i % 800}.4 trace_id=${id(i)}`,
    `10.42.${i % 250}.7 - - [04/Jun/2026:18:00:0${i % 10} +0000] "GET /checkout/${i} HTTP/1.1" 200 ${i % 5_000} "-" "curl/8.5.0" 0.0${i % 90}`,
    `{"level":"warn","time":"2026-06-04T18:00:0${i % 10}Z","logger":"pool","msg":"waited for a connection","waited_ms":${i % 3_000},"pool":"orders","trace_id":"${id(i)}"}`,
    `E0604 18:00:0${i % 10}.${i % 999} 1 reflector.go:${i % 200}] failed to list *v1.Pod: Get "https://10.96.0.1:443/api/v1/pods?limit=500": dial tcp 10.96.0.1:443: connect: connection refused`,
    `[${i}] LOG:  duration: ${i % 4_000}.${i % 999} ms  statement: SELECT * FROM orders WHERE id = ${i} AND token = 'tok_${id(i)}'`,
  ][i % 6]!;

/** The log field of each record of the first files of each day. */
function read(folder: string): string[] {
  const days = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isDirectory());
  return days.flatMap(({ name }) => {
    const logs = join(folder, name, 'log');
    return readdirSync(logs)
      .slice(0, FILES_OF_DAY)
      .flatMap((file) =>
        gunzipSync(readFileSync(join(logs, file)))
          .toString('utf8')
          .split('\n')
          .flatMap(bodyOf),
      );
  });
}

function bodyOf(row: string): string[] {
  const at = row.indexOf('"{""log"":');
  if (at < 0) return [];
  try {
    return [(JSON.parse(row.slice(at + 1, row.lastIndexOf('"')).replaceAll('""', '"')) as { log: string }).log.trim()];
  } catch {
    return [];
  }
}
