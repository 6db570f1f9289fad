import { maskText } from '../domain/mask-text.ts';
import { ownerOf } from '../domain/pod-owner.ts';
import type { Correlator } from '../extension-points.ts';

/** Scheduling takes moments; a pod that waits longer has no place. */
const PATIENCE_MS = 30_000;

/** Pods that no node takes, with the scheduler's reason; one finding a workload. */
const unschedulable: Correlator = {
  name: 'unschedulable',
  finds: {
    unschedulable: { chart: 'pods', shownByPods: false, isContext: false },
  },
  correlate: ({ pods, events, workloads, revisions, at }) =>
    workloads.flatMap((workload) => {
      const waiting = pods.filter(
        (pod) =>
          pod.phase === 'Pending' &&
          pod.node === null &&
          !pod.deleting &&
          at - pod.createdAt >= PATIENCE_MS &&
          ownerOf(pod, workloads, revisions)?.uid === workload.uid,
      );
      const [first] = waiting;
      if (!first) return [];
      const names = new Set(waiting.map((pod) => pod.name));
      const reason = events.find((event) => event.reason === 'FailedScheduling' && names.has(event.about.name));
      const why = reason ? `: ${maskText(reason.message, 200)}` : '';
      const message = `${waiting.length} ${waiting.length === 1 ? 'pod' : 'pods'} of ${workload.name} can't be scheduled${why}`;
      const about = { kind: workload.kind, namespace: workload.namespace, name: workload.name };
      const began = Math.min(...waiting.map((pod) => pod.createdAt));
      return [
        { kind: 'state' as const, about, at: began, what: 'unschedulable', message, strength: reason ? 0.95 : 0.8 },
      ];
    }),
};

export default unschedulable;
