import { type Cluster, deploymentStatus, type Raw } from './cluster.ts';

/** How things look when they fail: pods' states as kubelet and scheduler write them. */

/**
 * Changes a Deployment's template minutes ago. In some runs the former pods stand still (a rolling update that does not get on), in others they are gone.
 * The pods of the new template come back.
 */
export function roll(
  c: Cluster,
  name: string,
  change: (container: Raw, spec: Raw) => void,
  keep = c.random() < 0.4,
): Raw[] {
  const made = c.get('Deployment', name);
  const before = c.podsOf(name);
  const former = c
    .all('ReplicaSet', c.namespace)
    .find((one) => one.metadata.ownerReferences?.[0]?.uid === made.metadata.uid);
  const spec = made.spec.template.spec;
  made.spec.template = structuredClone(made.spec.template);
  change(made.spec.template.spec.containers[0], made.spec.template.spec);
  void spec;
  made.metadata.annotations['deployment.kubernetes.io/revision'] = '2';
  made.metadata.generation = 2;
  const age = 6 + Math.floor(c.random() * 20);
  const set = c.replicaSet(made, c.word(9), age, keep ? 1 : made.spec.replicas, '2', true);
  if (!keep) {
    for (const one of before) c.remove(one);
    if (former) {
      former.spec.replicas = 0;
      former.status = { replicas: 0 };
    }
  }
  const pods = c.podsOf(name).filter((one) => one.metadata.ownerReferences[0].uid === set.metadata.uid);
  status(c, made, pods, keep ? before.length : 0, age);
  return pods;
}

/** Fails as it stands: its template is what it was, its pods were made anew. */
export function standing(c: Cluster, name: string): Raw[] {
  const made = c.get('Deployment', name);
  const pods = c.podsOf(name);
  status(c, made, pods, 0, 10);
  return pods;
}

function status(c: Cluster, made: Raw, pods: Raw[], ready: number, age: number) {
  made.status = deploymentStatus(made.spec.replicas, ready, c.iso(age));
  made.status.observedGeneration = made.metadata.generation;
  made.status.updatedReplicas = pods.length;
  made.status.conditions.push(
    age > 10
      ? {
          type: 'Progressing',
          status: 'False',
          reason: 'ProgressDeadlineExceeded',
          message: `ReplicaSet "${pods[0]?.metadata.ownerReferences[0].name}" has timed out progressing.`,
          lastTransitionTime: c.iso(age - 10),
        }
      : {
          type: 'Progressing',
          status: 'True',
          reason: 'ReplicaSetUpdated',
          message: `ReplicaSet "${pods[0]?.metadata.ownerReferences[0].name}" is progressing.`,
          lastTransitionTime: c.iso(age),
        },
  );
}

const notReady = (c: Cluster, pod: Raw, containers: string[], ago = 4) => {
  pod.status.conditions = pod.status.conditions.map((one: Raw) =>
    one.type === 'Ready' || one.type === 'ContainersReady'
      ? {
          ...one,
          status: 'False',
          reason: 'ContainersNotReady',
          message: `containers with unready status: [${containers.join(' ')}]`,
          lastTransitionTime: c.iso(ago),
        }
      : one,
  );
};

/** Containers that wait and never ran. */
export function waits(c: Cluster, pods: Raw[], reason: string, message: string | null) {
  for (const pod of pods) {
    pod.status.phase = 'Pending';
    pod.status.containerStatuses = pod.status.containerStatuses.map((one: Raw) => ({
      ...one,
      ready: false,
      started: false,
      imageID: '',
      containerID: undefined,
      state: { waiting: { reason, ...(message ? { message } : {}) } },
    }));
    notReady(
      c,
      pod,
      pod.status.containerStatuses.map((one: Raw) => one.name),
    );
  }
}

/** The container keeps exiting. */
export function crashes(
  c: Cluster,
  pods: Raw[],
  exit: Raw,
  { restarts = 4 + Math.floor(c.random() * 5), name = c.container, running = false } = {},
) {
  for (const pod of pods) {
    pod.status.containerStatuses = pod.status.containerStatuses.map((one: Raw) =>
      one.name === name
        ? {
            ...one,
            ready: false,
            started: running,
            restartCount: restarts,
            state: running
              ? { running: { startedAt: c.iso(1) } }
              : {
                  waiting: {
                    reason: 'CrashLoopBackOff',
                    message: `back-off 2m40s restarting failed container=${one.name} pod=${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`,
                  },
                },
            lastState: {
              terminated: {
                reason: 'Error',
                startedAt: c.iso(3),
                finishedAt: c.iso(2),
                containerID: `containerd://${c.word(20)}`,
                ...exit,
              },
            },
          }
        : one,
    );
    notReady(c, pod, [name]);
    c.event(
      pod,
      'BackOff',
      `Back-off restarting failed container ${name} in pod ${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`,
      { count: 12 },
    );
  }
}

/** Runs, and isn't ready. */
export function unready(c: Cluster, pods: Raw[], name = c.container) {
  for (const pod of pods) {
    pod.status.containerStatuses = pod.status.containerStatuses.map((one: Raw) =>
      one.name === name ? { ...one, ready: false } : one,
    );
    notReady(c, pod, [name], 5);
  }
}

/** No node takes the pods; without a message nobody looked for one. */
export function pending(c: Cluster, pods: Raw[], message: string | null) {
  for (const pod of pods) {
    delete pod.spec.nodeName;
    pod.status = {
      phase: 'Pending',
      qosClass: 'Burstable',
      ...(message
        ? {
            conditions: [
              {
                type: 'PodScheduled',
                status: 'False',
                reason: 'Unschedulable',
                message,
                lastTransitionTime: pod.metadata.creationTimestamp,
              },
            ],
          }
        : {}),
    };
    if (message) c.event(pod, 'FailedScheduling', message, { from: 'default-scheduler', count: 3 });
  }
}

/** The API server takes none of the pods. */
export function refuses(c: Cluster, name: string, pods: Raw[], reason: string) {
  const set = c.get('ReplicaSet', pods[0]?.metadata.ownerReferences[0].name);
  for (const pod of pods) c.remove(pod);
  set.status = {
    replicas: 0,
    conditions: [
      { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: reason, lastTransitionTime: c.iso(5) },
    ],
  };
  const made = c.get('Deployment', name);
  made.status.conditions.push({
    type: 'ReplicaFailure',
    status: 'True',
    reason: 'FailedCreate',
    message: reason,
    lastTransitionTime: c.iso(5),
  });
  c.event(set, 'FailedCreate', `Error creating: ${reason}`, { from: 'replicaset-controller', count: 14 });
}

/** A probe that fails, and what the kubelet says of it. */
export function probeFails(
  c: Cluster,
  pods: Raw[],
  which: 'Liveness' | 'Readiness' | 'Startup',
  says: (pod: Raw) => string,
) {
  for (const pod of pods) {
    c.event(pod, 'Unhealthy', `${which} probe failed: ${says(pod)}`, { count: 21 });
    if (which !== 'Readiness')
      c.event(pod, 'Killing', `Container ${c.container} failed ${which.toLowerCase()} probe, will be restarted`, {
        type: 'Normal',
        count: 6,
      });
  }
}
