import { z } from 'zod';
import type { LabelledSeries, Point } from '../../ports/metrics.ts';

const labels = z.record(z.string(), z.string());
const sample = z.tuple([z.number(), z.string()]);

/** What `/api/v1/query` and `/api/v1/query_range` answer; `warnings`, and VictoriaMetrics' `isPartial`, say that something could not be read. */
export const answerSchema = z.union([
  z.object({
    status: z.literal('success'),
    data: z.discriminatedUnion('resultType', [
      z.object({
        resultType: z.literal('matrix'),
        result: z.array(z.object({ metric: labels, values: z.array(sample).optional() })),
      }),
      z.object({
        resultType: z.literal('vector'),
        result: z.array(z.object({ metric: labels, value: sample.optional() })),
      }),
      z.object({ resultType: z.literal('scalar'), result: sample }),
      z.object({ resultType: z.literal('string'), result: sample }),
    ]),
    warnings: z.array(z.string()).optional(),
    isPartial: z.boolean().optional(),
  }),
  z.object({ status: z.literal('error'), errorType: z.string().optional(), error: z.string().optional() }),
]);
type Answer = z.infer<typeof answerSchema>;
export type AnswerData = Extract<Answer, { status: 'success' }>['data'];

/** Series with finite points only: NaN and ±Inf come as strings and mean "no value". */
export function labelledSeriesOf(data: AnswerData): LabelledSeries[] {
  if (data.resultType !== 'matrix') return [];
  return data.result.map(({ metric, values }) => ({ labels: metric, points: (values ?? []).flatMap(toPoint) }));
}

/** A vector, or a scalar as one value without labels. */
export function toValues(data: AnswerData): { labels: Record<string, string>; value: number }[] {
  if (data.resultType === 'scalar') return toPoint(data.result).map(({ value }) => ({ labels: {}, value }));
  if (data.resultType !== 'vector') return [];
  return data.result.flatMap(({ metric, value }) =>
    value ? toPoint(value).map((point) => ({ labels: metric, value: point.value })) : [],
  );
}

function toPoint([seconds, text]: [number, string]): Point[] {
  const value = Number(text);
  return Number.isFinite(value) && text !== '' ? [{ at: Math.round(seconds * 1000), value }] : [];
}
