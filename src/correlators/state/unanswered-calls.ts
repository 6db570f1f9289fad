import type { CallGraph } from '../../domain/snapshot/call-graph.ts';
import type { ClusterState } from '../../domain/snapshot/cluster-state.ts';
import { complainedOf } from '../../domain/snapshot/database.ts';
import { describe } from '../../domain/snapshot/kubectl.ts';
import type { LogSign } from '../../domain/snapshot/log-signs.ts';
import { fact, refOf, type StateCause } from '../../domain/snapshot/state-cause.ts';
import { troubleOf } from '../../domain/snapshot/trouble.ts';
import type { StateWorkload } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

/** Calls that are refused or not answered: it points at who is called, and says nothing of why. */
const unansweredCalls: StateCorrelator = {
  name: 'unanswered_calls',
  finds: {
    dependency_refuses: {
      area: 'dependency',
      title: 'what is called refuses connections',
      object: 'workload',
      whose: 'author',
      symptom: true,
      should: 'listening',
    },
    dependency_silent: {
      area: 'dependency',
      title: 'what is called does not answer in time',
      object: 'workload',
      whose: 'author',
      symptom: true,
      should: 'answering in time',
    },
    rbac_denied: {
      area: 'network',
      title: 'the ServiceAccount lacks a right',
      object: 'ServiceAccount',
      whose: 'namespace',
      should: 'granted by a Role and RoleBinding, if it is meant to have it',
    },
    certificate_expired: {
      area: 'network',
      title: 'a certificate is out of date or not trusted',
      object: 'Certificate or workload',
      whose: 'namespace',
      should: 'renewed, and loaded by whoever uses it',
    },
  },
  find: (state, calls) =>
    state.workloads.flatMap((workload) => [...ofCalls(state, calls, workload), ...denied(state, calls, workload)]),
};

/** Strength of what hurts nobody whose state is known. */
const WELL = 0.55;

const isNews = ({ late, count }: LogSign): boolean => late || count > 3;

function ofCalls(state: ClusterState, calls: CallGraph, workload: StateWorkload): StateCause[] {
  return (['refused', 'timeout'] as const).flatMap((kind) => {
    const groups = new Map<StateWorkload, LogSign[]>();
    for (const sign of workload.signs.filter((one) => one.kind === kind && isNews(one))) {
      const callee = complainedOf(state, calls, workload, sign);
      if (callee && callee !== workload) groups.set(callee, [...(groups.get(callee) ?? []), sign]);
    }
    return [...groups].map(
      ([callee, signs]): StateCause => ({
        what: kind === 'refused' ? 'dependency_refuses' : 'dependency_silent',
        object: refOf(callee),
        strength: kind === 'refused' ? 0.62 : 0.55,
        facts: signs
          .slice(0, 3)
          .map(({ log, line, count }) =>
            fact({ kind: 'Pod', namespace: log.namespace, name: log.pod }, `log (${count} times)`, line),
          ),
        hurts: [refOf(workload)],
        command: describe(refOf(callee)),
      }),
    );
  });
}

const ACCOUNT = /system:serviceaccount:([\w.-]{1,253}):([\w.-]{1,253})/;

/** The peer of ours that says no; else what was asked shows the certificate. */
const BLAMES_US = /bad certificate|unknown certificate|certificate required|client certificate/i;

function denied(state: ClusterState, calls: CallGraph, workload: StateWorkload): StateCause[] {
  const rbac = workload.signs.find((sign) => sign.kind === 'rbac' && isNews(sign));
  const certificate = workload.signs.find((sign) => sign.kind === 'certificate' && isNews(sign));
  const shows =
    certificate && !BLAMES_US.test(certificate.line) ? complainedOf(state, calls, workload, certificate) : undefined;
  const told = ({ log, line, count }: LogSign) =>
    fact({ kind: 'Pod', namespace: log.namespace, name: log.pod }, `log (${count} times)`, line);
  const [, namespace = workload.namespace, name = workload.template.serviceAccount] =
    ACCOUNT.exec(rbac?.line ?? '') ?? [];
  const verb = /cannot (\w{1,30}) resource \\?"([\w./-]{1,200})\\?"(?: in API group \\?"([\w.-]{0,200})\\?")?/.exec(
    rbac?.line ?? '',
  );
  const account = { kind: 'ServiceAccount', namespace, name };
  return [
    ...(rbac
      ? [
          {
            what: 'rbac_denied' as const,
            object: account,
            // One who is well in spite of it lives without that right.
            strength: troubleOf(workload, state.at) > 0 ? 0.88 : WELL,
            facts: [
              told(rbac),
              ...(verb
                ? [fact(account, 'right that it lacks', `${verb[1]} ${verb[2]}${verb[3] ? `.${verb[3]}` : ''}`)]
                : []),
            ],
            hurts: [refOf(workload)],
            command: `kubectl auth can-i ${verb?.[1] ?? 'get'} ${verb?.[2] ?? 'pods'} -n ${workload.namespace} --as system:serviceaccount:${namespace}:${name}`,
          },
        ]
      : []),
    ...(certificate
      ? [
          {
            what: 'certificate_expired' as const,
            object: refOf(shows ?? workload),
            strength: 0.8,
            facts: [told(certificate)],
            hurts: [refOf(workload)],
            command: `kubectl get certificates,secrets -n ${workload.namespace}`,
          },
        ]
      : []),
  ];
}

export default unansweredCalls;
