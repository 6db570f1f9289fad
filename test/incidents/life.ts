import type { Incident } from '../../src/domain/incident.ts';
import type { Change } from './story-deps.ts';

/** The life of the story's incidents as text. Each line says when (minutes and seconds of the story), what kind of line it is, and what happened. */
export type Life = {
  says(kind: string, what: string): void;
  /** Tells what is new since the last look. */
  sees(incidents: Incident[], changes: Change[]): void;
  text(): string;
};

export function createLife(second: () => number): Life {
  const lines: string[] = [];
  const states = new Map<string, string>();
  let changed = 0;
  const says = (kind: string, what: string) => {
    const at = second();
    const stamp = `${Math.floor(at / 60)}:${String(at % 60).padStart(2, '0')}`;
    lines.push(`${stamp.padStart(5)} ${kind.padEnd(7)} ${what.replace(/INC-\d+(-\w+)?/g, 'INC-n')}`);
  };
  return {
    says,
    sees(incidents, changes) {
      for (const { method, path } of changes.slice(changed))
        says('change', `${method} ${path.replace(/^\/apis?\//, '')}`);
      changed = changes.length;
      for (const incident of incidents.toReversed()) {
        const standing = standingOf(incident);
        if (states.get(incident.id) === standing) continue;
        states.set(incident.id, standing);
        says('state', `${incident.service} ${standing}`);
      }
    },
    text: () => `${lines.join('\n')}\n`,
  };
}

/** A state with what decides in it. */
function standingOf({ state, diagnosis, executions }: Incident): string {
  const cause = diagnosis?.named ? diagnosis.causes[0] : undefined;
  const because = cause ? ` because of ${cause.what} of ${cause.entity.name}` : '';
  const of = (step: string) => `${state.name}: ${step}${because}`;
  switch (state.name) {
    case 'noticed':
      return executions.length > 0 ? `noticed, after ${executions.length} step(s)` : 'noticed';
    case 'watching':
      return `watching: ${state.why}`;
    case 'awaiting_approval':
      return `${of(state.recommendation.step.action)}; at its deadline ${state.atTimeout}${state.deliveredAt === null ? ', not delivered yet' : ''}`;
    case 'queued':
      return `${of(state.recommendation.step.action)}, by ${state.authority.by}${state.waiting ? `, waits: ${state.waiting.code}` : ''}`;
    case 'executing':
    case 'verifying':
    case 'undoing':
      return `${state.name}: ${state.execution.recommendation.step.action}`;
    case 'escalated':
      return `escalated: ${state.why}`;
    case 'closed':
      return `closed: ${state.outcome}`;
  }
}
