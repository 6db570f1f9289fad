import { blastRadius, planDigest } from '../domain/plan.ts';
import type { Action } from '../extension-points.ts';

const NO_PODS = {
  podsTotal: 0,
  podsAffected: 0,
  readyAffected: 0,
  readyAwayAtOnce: 0,
  podsReady: 0,
  message: 'Nothing in the cluster is touched.',
};

/** Changes nothing: a plan without changes tells the pipeline to page the on-call person. */
const notifyOncall: Action = {
  name: 'notify_oncall',
  title: 'Page the on-call person',
  rungs: ['escalate'],
  reversible: false,
  cures: { '*': [99, 1] },
  against: { namespace: [], workload: [] },
  needsCause: false,
  permissions: [],
  plan: async ({ target, subject, clock }) => ({
    ok: true,
    plan: {
      action: 'notify_oncall',
      target: { ...target, uid: '' },
      changes: [],
      diff: '',
      summary: `Page the on-call person about ${subject.service}`,
      reversible: false,
      blastRadius: blastRadius({ namespace: subject.namespace, service: subject.service, ...NO_PODS }),
      notes: [],
      digest: planDigest('notify_oncall', `${target.kind}/${target.namespace}/${target.name}`, []),
      data: {},
      plannedAt: clock.now(),
    },
  }),
  wasApplied: async () => null,
  apply: async () => ({ kind: 'done', undo: null, message: 'The on-call person is paged.' }),
  settled: async () => ({ kind: 'settled', message: 'Nothing was changed.' }),
  undo: async () => {
    const message = "A page can't be taken back; resolve it in PagerDuty.";
    return { kind: 'failed', changed: false, refusal: { code: 'unsupported', message }, message };
  },
};

export default notifyOncall;
