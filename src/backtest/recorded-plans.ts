import { planDigest } from '../domain/plan.ts';
import type { Plan } from '../domain/types/plan.ts';
import type { Recommendation } from '../domain/types/recommendation.ts';
import type { Action, ActionContext } from '../extension-points.ts';
import type { RecordedIncident } from './recorded-incident.ts';

/** Set on plans that nobody made then. */
export const ASSUMED = 'assumed: it was not planned then';

/**
 * The actions for judging recorded incidents: each plans what was planned then. A step that nobody planned then gets a plan that only assumes: a medium blast radius, and that nothing would have stood in its way. None can
 * be carried out.
 */
export function recordedActions(actions: Action[], recordedAt: (context: ActionContext) => RecordedIncident | null) {
  return new Map(
    actions.map((action): [string, Action] => [
      action.name,
      {
        ...action,
        async plan(context) {
          if (changesNothing(action)) return action.plan(context);
          const incident = recordedAt(context);
          const known = incident && planIn(incident, action.name);
          return { ok: true, plan: known ?? assumed(action, context) };
        },
        apply: async () => NEVER,
        undo: async () => NEVER,
      },
    ]),
  );
}

/** To call a person needs no right in the cluster. */
const changesNothing = ({ permissions }: Action): boolean => permissions.length === 0;

const NEVER = {
  kind: 'failed' as const,
  changed: false,
  refusal: { code: 'observe_only' as const, message: "the past can't be changed" },
  message: "the past can't be changed",
};

function planIn(incident: RecordedIncident, action: string): Plan | null {
  const all: Recommendation[] = [
    ...(incident.recommendation ? [incident.recommendation] : []),
    ...incident.options,
    ...incident.executions.map(({ recommendation }) => recommendation),
  ];
  return all.find(({ step }) => step.action === action)?.plan ?? null;
}

function assumed(action: Action, { target, subject, clock }: ActionContext): Plan {
  const uid = `${target.kind}/${target.name}`.toLowerCase();
  const changes = [{ path: 'unknown', before: 'unknown', after: action.title }];
  return {
    action: action.name,
    target: { ...target, uid },
    changes,
    diff: '',
    summary: `${action.title}: ${target.name}`,
    reversible: action.reversible,
    blastRadius: {
      level: 'medium',
      podsAffected: 0,
      podsTotal: 0,
      services: [
        target.kind === 'Node' ? `${subject.namespace}/${subject.service}` : `${target.namespace}/${target.name}`,
      ],
      message: 'It is not known what it would have touched.',
    },
    notes: [ASSUMED],
    digest: planDigest(action.name, uid, changes),
    data: {},
    plannedAt: clock.now(),
  };
}
