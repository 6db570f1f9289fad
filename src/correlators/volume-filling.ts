import { between } from '../analysis/series.ts';
import { steadyTrend, timeToLimitMs } from '../analysis/trend.ts';
import { inMinutes } from '../domain/duration.ts';
import { percent } from '../domain/figures.ts';
import { editCommand } from '../domain/snapshot/kubectl.ts';
import type { ObjectRef } from '../domain/snapshot/snapshot.ts';
import type { EntityRef } from '../domain/types/entity.ts';
import type { Told } from '../domain/types/finding.ts';
import type { FindingWhat } from '../domain/vocabulary.ts';
import type { IncidentContext, VolumeUse } from '../extension-points/incident-context.ts';
import type { Correlator, Found } from '../extension-points.ts';

/** From here on writes may fail: file systems keep a reserve. */
const FULL = 0.97;
/** Nothing can be written any more. */
const NO_ROOM = 0.995;
const HIGH = 0.85;
const SOON_MS = 3_600_000;
const LEAST_RISE = 0.02;
/** What began to fill a moment ago is hidden in a long look, what fills slowly in a short one. */
const WINDOWS_MS = [8, 20, 60].map((minutes) => minutes * 60_000);

/** Volumes that are full or soon will be, for the workload that writes to them. */
const volumeFilling: Correlator = {
  name: 'volume_filling',
  finds: {
    volume_full: { chart: 'volume', shownByPods: false, isContext: false },
    volume_filling: { chart: 'volume', shownByPods: false, isContext: false },
    volume_high: { chart: null, shownByPods: false, isContext: true },
  },
  correlate: (around) => (around.volumes ?? []).flatMap((volume) => fillingOf(volume, around)),
};

function fillingOf({ claim, used }: VolumeUse, around: IncidentContext): Found[] {
  const about = writerOf(claim, around);
  const now = used.values.findLast((value) => Number.isFinite(value));
  if (!about || now === undefined) return [];
  const full = percent(now);
  const of = (what: FindingWhat, at: number, strength: number, message: string): Found[] => [
    {
      ...{ kind: 'state', about, at, what, message: `Volume ${claim} of ${about.name} ${message}`, strength },
      ...toldOf({ kind: 'PersistentVolumeClaim', namespace: about.namespace, name: claim }, `${full} used`, message),
    },
  ];
  if (now >= NO_ROOM)
    return of('volume_full', firstAt(used, FULL) ?? around.since, 0.98, `is full (${full})`).map((found) => ({
      ...found,
      convicts: true,
    }));
  if (now >= FULL) return of('volume_full', firstAt(used, FULL) ?? around.since, 0.9, `is full (${full})`);
  const rise = steepestRise(used, around.at);
  if (rise)
    return filling(
      around.at + rise.leftMs,
      of(
        'volume_filling',
        rise.began,
        0.6 + 0.3 * rise.confidence,
        `fills: ${full} now, full in about ${inMinutes(rise.leftMs, 1)}`,
      ),
    );
  return now >= HIGH ? of('volume_high', around.at, 0.3, `is ${full} full`) : [];
}

function toldOf(object: ObjectRef, used: string, message: string) {
  const told: Told = {
    title: `the volume ${message}`,
    facts: [{ field: 'spec.resources.requests.storage', value: used }],
    should: 'larger, where its class allows it, or less kept on it; nothing on it is deleted by Nightshift',
    whose: 'storage',
  };
  return { object, told, command: editCommand(object) };
}

const filling = (damageAt: number, found: Found[]): Found[] => found.map((one) => ({ ...one, damageAt }));

function steepestRise(used: VolumeUse['used'], now: number) {
  // Most volumes hardly change, and a trend is dear to look for.
  const recently = between(used, now - Math.max(...WINDOWS_MS), now).values.filter(Number.isFinite);
  if (Math.max(...recently) - Math.min(...recently) < LEAST_RISE) return null;
  const rises = WINDOWS_MS.flatMap((windowMs) => {
    const recent = between(used, now - windowMs, now);
    const trend = steadyTrend(recent);
    const left = timeToLimitMs(recent, 1, now);
    if (!trend || !left || left.ms > SOON_MS || trend.rise < LEAST_RISE) return [];
    return [{ began: trend.at - trend.spanMs, leftMs: left.ms, confidence: left.confidence }];
  });
  return rises.sort((left, right) => right.confidence - left.confidence)[0] ?? null;
}

/** Its pods' template says so; a StatefulSet's claims are named `<template>-<workload>-<ordinal>`. */
function writerOf(claim: string, { references = [], workloads }: IncidentContext): EntityRef | null {
  const named = references.find(({ claims }) => claims.includes(claim));
  if (named) return named.workload;
  const base = claim.replace(/-\d+$/, '');
  const [workload] = workloads
    .filter(({ name }) => [claim, base].some((one) => one === name || one.endsWith(`-${name}`)))
    .sort((left, right) => right.name.length - left.name.length);
  return workload ? { kind: workload.kind, namespace: workload.namespace, name: workload.name } : null;
}

function firstAt({ times, values }: VolumeUse['used'], least: number): number | null {
  const index = values.findIndex((value) => value >= least);
  return index < 0 ? null : (times[index] ?? null);
}

export default volumeFilling;
