import { quantities } from './container.ts';
import { flagAt, type Json, labelsAt, recordAt, recordsAt, textAt } from './fields.ts';
import { type Condition, conditionsIn } from './pod.ts';
import type { KubeObject } from './snapshot.ts';

export type Taint = { key: string; value: string; effect: string };
export type Node = {
  name: string;
  uid: string;
  labels: Record<string, string>;
  taints: Taint[];
  unschedulable: boolean;
  allocatable: Record<string, number>;
  conditions: Condition[];
  ready: boolean;
  createdAt: number;
  raw: Json;
};

export function nodeOf({ metadata, raw }: KubeObject): Node {
  const conditions = conditionsIn(recordAt(raw, 'status'));
  return {
    name: metadata.name,
    uid: metadata.uid,
    labels: labelsAt(raw, 'metadata', 'labels'),
    taints: recordsAt(raw, 'spec', 'taints').map((one) => ({
      key: textAt(one, 'key'),
      value: textAt(one, 'value'),
      effect: textAt(one, 'effect'),
    })),
    unschedulable: flagAt(raw, 'spec', 'unschedulable'),
    allocatable: quantities(recordAt(raw, 'status', 'allocatable')),
    conditions,
    ready: conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
    createdAt: metadata.createdAt,
    raw,
  };
}

const CONTROL_PLANE = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

export const isControlPlane = ({ labels }: Node): boolean => CONTROL_PLANE.some((label) => label in labels);
