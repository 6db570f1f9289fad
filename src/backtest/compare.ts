import type { Compared } from './agreement.ts';
import type { Row } from './rows.ts';
import { run } from './run.ts';
import { pastSourceOf, reading, type Source } from './source.ts';
import { type Changed, changesBetween, type Summary, summaryOf } from './summary.ts';
import { type BacktestOptions, type PastWorld, playbooksOf, type WorldTold, worldOf } from './world.ts';

/** A set of playbooks and what it would have done. */
type Run = { playbooks: string; rows: Row[]; summary: Summary };
export type BacktestReport = Run & {
  source: string;
  from: number;
  to: number;
  cluster: string;
  withinMs: number;
  /** Where the causes come from. */
  evidence: 'metrics' | 'recorded' | 'none';
  compared: Compared[];
  against: (Run & { changed: Changed[]; only: Row[] }) | null;
  /** What wasn't known of the past, in words. */
  unknown: string[];
  /** What could not be read: counted and named, nothing else is lost by it. */
  bad: string[];
  notes: string[];
};
/** What Nightshift would have done on the alerts of the past. Reads only: nothing that it is made of can write to a cluster, a chat or a store. Rejects with BacktestErrors for what was asked wrongly. */
export async function backtest(options: BacktestOptions, told: WorldTold = () => {}): Promise<BacktestReport> {
  const world = await worldOf(options);
  const [own, other] = [await playbooksOf('--playbooks', options.playbooks), options.against];
  const against = other === null ? null : await playbooksOf('--against', other);
  const read = options.live === null ? null : await reading('--live', options.live, options, told);
  const source = await pastSourceOf(options, world, told);
  world.live = read?.incidents ?? source.incidents;
  const first = await run(world, source, own, options, (share, at) =>
    told(replayingAt(at), against ? share / 2 : share),
  );
  const second =
    against && (await run(world, source, against, options, (share, at) => told(replayingAt(at), 0.5 + share / 2)));
  const compared = first.compared;
  const rows = first.rows;
  return {
    playbooks: options.playbooks ?? 'as shipped',
    rows,
    summary: summaryOf(rows, compared),
    source: source.name,
    from: source.from,
    to: source.to,
    cluster: world.settings.cluster,
    withinMs: options.withinMs,
    evidence: source.recorded ? 'recorded' : world.metrics ? 'metrics' : 'none',
    compared,
    against: second && {
      playbooks: options.against ?? '',
      rows: second.rows,
      summary: summaryOf(second.rows, second.compared),
      ...changesBetween(rows, second.rows),
    },
    unknown: [...world.unknown].sort(),
    bad: [...source.bad, ...(read?.bad ?? []), ...world.failed],
    notes: notesOf(world, source, options.incidents),
  };
}

const replayingAt = (at: number): string => `replaying ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')}`;

function notesOf({ settings, metrics, cutOff }: PastWorld, { recorded }: Source, found: string | null): string[] {
  const notes: string[] = [];
  if (settings.services.length === 0)
    notes.push(
      'the configuration lists no service, so each counts as critical and is asked about (--config names one)',
    );
  if (settings.mode === 'observe') notes.push('the configuration says mode: observe; this is what act would do');
  if (cutOff.size > 0)
    notes.push(
      `${cutOff.size} incidents went on for so long that looking was given up: ${[...cutOff].slice(0, 5).join(', ')}`,
    );
  const undiagnosed = recorded?.filter(({ diagnosis }) => diagnosis === null).length ?? 0;
  if (undiagnosed > 0) notes.push(`${undiagnosed} incidents ended before they were diagnosed, and are left out`);
  if (recorded)
    notes.push(
      'each incident is judged by the diagnosis that was recorded last, at the time of it; with --prometheus it would be diagnosed anew',
      'whether somebody else did something about it is not recorded: “by itself” is without Nightshift',
    );
  else if (metrics)
    notes.push(
      'plans could not be dry-run: that the API server, quotas and PodDisruptionBudgets would have agreed is assumed',
      found === null
        ? "Nightshift's own look at metrics, which often comes before an alert, is not replayed: only alerts are"
        : 'of what Nightshift saw by itself only the newest anomaly of each kind is recorded, so that some looks in between are missing',
    );
  else notes.push('without --prometheus nothing is known of the time of the alerts, so no cause can be found');
  return notes;
}
