import { z } from 'zod';
import { readJsonLines } from '../backtest/json-lines.ts';
import type { PastTrouble } from '../domain/proof/comparison.ts';

const Incident = z.looseObject({
  id: z.string().min(1).max(200),
  title: z.string().optional(),
  status: z.string(),
  created_at: z.iso.datetime({ offset: true }),
  resolved_at: z.iso.datetime({ offset: true }).nullish(),
  last_status_change_at: z.iso.datetime({ offset: true }).nullish(),
});
const Answer = z.looseObject({ incidents: z.array(z.unknown()) });

/** Resolved incidents of PagerDuty, as `GET /incidents` answers them, or single ones. Whose service's is theirs stays theirs: nobody knows which workload that is. */
export async function pagerDutyTroubles(file: string): Promise<{ troubles: PastTrouble[]; bad: string[] }> {
  const { values, bad } = await readJsonLines(file);
  const troubles: PastTrouble[] = [];
  for (const { place, value } of values) {
    const answer = Answer.safeParse(value);
    for (const one of answer.success ? answer.data.incidents : [value]) {
      const read = Incident.safeParse(one);
      if (!read.success) bad.push(`${place}: ${z.prettifyError(read.error).slice(0, 200)}`);
      else if (read.data.status === 'resolved') troubles.push(...troubleOf(read.data));
    }
  }
  return { troubles: troubles.sort((a, b) => a.began - b.began), bad };
}

function troubleOf(incident: z.infer<typeof Incident>): PastTrouble[] {
  const { id, title, created_at: created, resolved_at: resolved, last_status_change_at: changed } = incident;
  const [began, over] = [Date.parse(created), Date.parse(resolved ?? changed ?? '')];
  if (!(over >= began)) return [];
  return [{ source: 'pagerduty', id, namespace: null, service: null, name: (title ?? id).slice(0, 200), began, over }];
}
