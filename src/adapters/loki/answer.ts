import { z } from 'zod';
import { headOf } from '../../domain/cut-text.ts';
import type { LogLine } from '../../ports/logs.ts';

/** What `/loki/api/v1/query_range` answers to a query of lines; an entry may have structured metadata as a third part. */
export const lokiAnswerSchema = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('streams'),
    result: z.array(
      z.object({
        stream: z.record(z.string(), z.string()),
        values: z.array(z.tuple([z.string(), z.string()]).rest(z.unknown())),
      }),
    ),
  }),
});

const LONGEST_LINE = 16_000;
const SEVERE_LEVEL = /^(error|err|fatal|panic|critical|crit|alert|emergency|severe)$/i;
const SEVERE_TEXT =
  /\b(level|lvl|severity)["']?\s*[=:]\s*["']?(error|err|fatal|panic|critical|crit|severe)\b|\b(ERROR|FATAL|PANIC|CRITICAL|SEVERE)\b|^panic:|^Traceback |^E\d{4} |\b\w+(Exception|Error): /;
const LEVEL_LABELS = ['detected_level', 'level', 'severity', 'severity_text'];
const SOURCE_LABELS = ['pod', 'k8s_pod_name', 'instance', 'service_instance_id'];

/** At most `limit` lines of all streams, oldest first. */
export function toLines({ data }: z.infer<typeof lokiAnswerSchema>, limit: number): LogLine[] {
  const lines = data.result.flatMap(({ stream, values }, index) => {
    const source = SOURCE_LABELS.map((label) => stream[label]).find(Boolean) ?? `stream ${index}`;
    const level = LEVEL_LABELS.map((label) => stream[label]).find((value) => value && value !== 'unknown');
    return values.flatMap(([nanoseconds, whole]): LogLine[] => {
      const text = headOf(whole, LONGEST_LINE);
      // Nanoseconds don't fit into a number; milliseconds are what is left without the last six digits.
      const at = /^\d{7,}$/.test(nanoseconds) ? Number(nanoseconds.slice(0, -6)) : Number.NaN;
      const severe = level ? SEVERE_LEVEL.test(level) : SEVERE_TEXT.test(text.slice(0, 1_000));
      return Number.isFinite(at) ? [{ at, source, text, severe }] : [];
    });
  });
  return lines.sort((left, right) => left.at - right.at).slice(-limit);
}
