/** What of a workload tells who else writes to it; `ports.Workload` has it all. */
export type ManagedView = {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  managers: { manager: string; operation: string; fields: string[] }[];
};

const TOOLS: { name: string; manager: RegExp; label?: string; annotation?: string; gitOps?: true; advice: string }[] = [
  {
    name: 'Argo CD',
    gitOps: true,
    manager: /argocd/i,
    label: 'argocd.argoproj.io/instance',
    annotation: 'argocd.argoproj.io/tracking-id',
    advice: 'it may set it back at its next sync; change it in Git too',
  },
  {
    name: 'Flux',
    gitOps: true,
    manager: /kustomize-controller|helm-controller|flux/i,
    label: 'kustomize.toolkit.fluxcd.io/name',
    advice: 'it may set it back at its next reconciliation; change it in Git too',
  },
  {
    name: 'Helm',
    gitOps: true,
    manager: /^helm/i,
    annotation: 'meta.helm.sh/release-name',
    advice: 'the next upgrade sets it back unless its values say the same',
  },
  {
    name: 'a pod autoscaler',
    manager: /kube-controller-manager\/scale|horizontal-pod-autoscaler|vpa|keda/i,
    advice: 'it may change it again',
  },
];

/** One note for every tool that owns the field (a path such as `spec.replicas`) or the whole object. */
export function managerNotes(workload: ManagedView, path: string): string[] {
  return TOOLS.flatMap(({ name, manager, label, annotation, advice }) => {
    const owns = workload.managers.some(
      (entry) =>
        manager.test(`${entry.manager}${entry.operation.includes('/') ? `/${entry.operation.split('/')[1]}` : ''}`) &&
        entry.fields.some((field) => touches(field, path)),
    );
    const marked =
      (label !== undefined && label in workload.labels) ||
      (annotation !== undefined && annotation in workload.annotations);
    return owns || marked ? [`${name} manages ${owns ? path : 'this object'}: ${advice}.`] : [];
  });
}

/** The tool that keeps this object as Git or a release says, whatever of it it owns; null when none does. */
export function gitOpsTool(object: ManagedView): string | null {
  const all = object.managers.map(({ manager, operation }) => ({ manager, operation, fields: ['spec'] }));
  const notes = managerNotes({ ...object, managers: all }, 'spec');
  return TOOLS.find(({ name, gitOps }) => gitOps && notes.some((note) => note.startsWith(`${name} `)))?.name ?? null;
}

/** List keys are told differently (`containers[name=app]`, `containers[app]`). */
function touches(field: string, path: string): boolean {
  const [left, right] = [field, path].map((text) => text.replace(/\[(?:name=)?"?([^[\]"]*)"?\]/g, '[$1]'));
  return left === right || left?.startsWith(`${right}.`) === true || right?.startsWith(`${left}.`) === true;
}
