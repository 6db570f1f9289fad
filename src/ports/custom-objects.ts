import type { Workload } from './cluster-objects.ts';
import type { ClusterResult } from './cluster-result.ts';

/** An operation of a JSON patch (RFC 6902). */
export type JsonOperation = { op: 'test' | 'add' | 'remove' | 'replace'; path: string; value?: unknown };

/** A kind of object in one of its versions: one of the API's own (the core group is ''), or one that a CustomResourceDefinition adds. */
export type CustomKind = { group: string; version: string; plural: string; kind: string };

/** Where an object of such a kind is; `namespace` null: its kind has none. */
export type CustomPlace = { kind: CustomKind; namespace: string | null; name: string };

export type CustomObject = {
  namespace: string | null;
  name: string;
  uid: string;
  resourceVersion: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** As in `Workload`. */
  managers: Workload['managers'];
  /** The object as the API server has it. */
  object: Record<string, unknown>;
};

/** Objects of any kind. Reads of a kind that the API server doesn't know answer `not_found`; `served` tells that apart from an object that isn't there. */
export type CustomObjects = {
  served(kind: CustomKind): Promise<ClusterResult<boolean>>;
  get(place: CustomPlace): Promise<ClusterResult<CustomObject>>;
  /** Of one namespace or (null) all of them; bounded. */
  list(kind: CustomKind, namespace: string | null): Promise<ClusterResult<CustomObject[]>>;
  /**
   * Server-side apply, never forced: fields that somebody else has set to another value answer `conflict`, and fields that we applied before and leave out now are taken away. Makes the object when it
   * isn't there, unless `uid` says which one is meant.
   */
  apply(
    place: CustomPlace,
    body: Record<string, unknown>,
    options: {
      annotations: Record<string, string>;
      uid: string | null;
      resourceVersion: string | null;
      dryRun: boolean;
    },
  ): Promise<ClusterResult<CustomObject>>;
  /** `uid` and `resourceVersion` are preconditions: another object or a newer one answers `conflict`, as does a `test` that fails. */
  patch(
    place: CustomPlace,
    operations: JsonOperation[],
    options: { uid: string; resourceVersion: string | null; dryRun: boolean; subresource?: 'status' },
  ): Promise<ClusterResult<CustomObject>>;
  /** A name that is taken answers `conflict`. */
  create(
    place: CustomPlace,
    body: Record<string, unknown>,
    options: { annotations: Record<string, string>; dryRun: boolean },
  ): Promise<ClusterResult<CustomObject>>;
  /** Another object of the name answers `conflict`. */
  delete(place: CustomPlace, options: { uid: string; dryRun?: true }): Promise<ClusterResult<void>>;
};

/** `plural`: as it stands in the path. */
export const kindOf = (group: string, version: string, plural: string, kind: string): CustomKind => ({
  group,
  version,
  plural,
  kind,
});
