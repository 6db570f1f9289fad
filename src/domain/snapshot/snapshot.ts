/** A cluster at one instant, as plain JSON: what a dump holds, and what is listed live. Nothing here is trusted to be whole. */

export type KubeObject = {
  kind: string;
  metadata: { name: string; namespace: string; uid: string; createdAt: number };
  /** The object as the API server writes it. */
  raw: Record<string, unknown>;
};

/** `container` is empty where the dump doesn't tell. */
export type ContainerLog = {
  namespace: string;
  pod: string;
  container: string;
  /** Of the container before its last restart. */
  previous: boolean;
  lines: string[];
};

export type Snapshot = {
  /** Epoch ms: when it was taken. */
  at: number;
  objects: KubeObject[];
  logs: ContainerLog[];
  /** Kinds whose list was read, as `Kind` (everywhere) or `Kind/namespace`: only of these is something that isn't here not there. */
  listed: ReadonlySet<string>;
  /** What could not be looked at, in words. */
  missing: string[];
};

/** Kind, namespace ('' for what belongs to the cluster) and name of any object. */
export type ObjectRef = { kind: string; namespace: string; name: string };

export const refText = ({ kind, namespace, name }: ObjectRef): string =>
  `${kind} ${namespace ? `${namespace}/` : ''}${name}`;

export const objectKey = ({ kind, namespace, name }: ObjectRef): string => `${kind}/${namespace}/${name}`;
