import type { IssueKind, KindLook } from './issue-kind.ts';
import type { Issue } from './types/diagnosis.ts';

export type NamedIssue = { issue: Issue; measured: boolean };

/**
 * Names the kind of trouble by the facts, in the kinds' own order; what hurts comes before what will. Alerts don't take part. `measured` false: no fact shows trouble.
 */
export function nameIssue(kinds: readonly IssueKind[], look: KindLook): NamedIssue {
  return hurting(kinds, look) ?? coming(kinds, look) ?? unnamed(look);
}

/** That nothing is seen is one thing, that nobody could look another. */
function unnamed({ health }: KindLook): NamedIssue {
  const silent = Object.entries(health.vitals).flatMap(([name, vital]) =>
    vital.kind === 'unknown' ? [`${name}: ${vital.message}`] : [],
  );
  const message =
    silent.length > 0
      ? `${health.service}: its trouble can't be measured (${silent.slice(0, 2).join('; ')})`
      : `${health.service}: no trouble is measured`;
  return { issue: { kind: 'unknown', severity: 0, unit: '', message }, measured: false };
}

function hurting(kinds: readonly IssueKind[], look: KindLook): NamedIssue | null {
  for (const kind of [...kinds].sort((a, b) => a.order - b.order)) {
    const seen = kind.present(look);
    if (seen) return { issue: { kind: kind.name, unit: kind.unit, ...seen }, measured: true };
  }
  return null;
}

function coming(kinds: readonly IssueKind[], look: KindLook): NamedIssue | null {
  for (const kind of [...kinds].sort((a, b) => (a.ahead?.order ?? 0) - (b.ahead?.order ?? 0))) {
    const seen = kind.ahead?.present(look);
    if (seen) return { issue: { kind: kind.name, unit: kind.unit, ...seen, ahead: true }, measured: true };
  }
  return null;
}
