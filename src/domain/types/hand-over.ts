/** A cause that the cluster's own objects convict, told for whoever has to mend it. Texts are masked and bounded. */
export type HandOver = {
  /** A kind of cause (cause-kinds.ts). */
  what: string;
  /** Whose own it is; `namespace` is '' for what belongs to the cluster. */
  object: { kind: string; namespace: string; name: string };
  title: string;
  /** The first convicts. `object`: of another one. */
  facts: { object?: string; field: string; value: string }[];
  /** What the first field should be, as far as it can be known. */
  should?: string;
  /** The command that mends it, or looks closer where none can know. */
  command: string;
  /** By its own labels and annotations, and who keeps it (Argo CD, Flux, Helm, an operator); may be empty. */
  owner: string[];
  /** Who would know, where the object doesn't say. */
  whose: string;
  /** Where it is kept in Git or a release: how it is mended there. */
  inGit?: string;
  /** Who wrote to it last, by its managed fields; `ofField`: to the very field. */
  changed?: { by: string; at: number; ofField: boolean };
};
