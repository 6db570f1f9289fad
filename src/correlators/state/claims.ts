import type { CauseKind } from '../../domain/cause-kinds.ts';
import {
  type ClusterState,
  eventsAbout,
  isAbsent,
  isListed,
  objectAt,
  objectsOf,
} from '../../domain/snapshot/cluster-state.ts';
import { quantities } from '../../domain/snapshot/container.ts';
import { labelsAt, recordAt, textAt, textsAt } from '../../domain/snapshot/fields.ts';
import { describe, editCommand } from '../../domain/snapshot/kubectl.ts';
import { fits } from '../../domain/snapshot/service.ts';
import type { KubeObject, ObjectRef } from '../../domain/snapshot/snapshot.ts';
import { fact, refOf, type StateCause, type StateFact } from '../../domain/snapshot/state-cause.ts';
import { standingPods } from '../../domain/snapshot/trouble.ts';
import { type StateWorkload, templatePath } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

/** Claims that pods wait for: not there, or held against class, volumes, mode and size. */
const claims: StateCorrelator = {
  name: 'claims',
  finds: {
    claim_missing: {
      area: 'storage',
      title: 'the claim does not exist',
      object: 'workload',
      whose: 'author',
      should: 'the name of a claim that is there',
    },
    storage_class_mismatch: {
      area: 'storage',
      title: 'no StorageClass, or no volume of it, is as the claim asks',
      object: 'PersistentVolumeClaim',
      whose: 'storage',
      should: 'a StorageClass that is there and has such volumes',
    },
    claim_access_mode_mismatch: {
      area: 'storage',
      title: 'no volume has the access mode of the claim',
      object: 'PersistentVolumeClaim',
      whose: 'storage',
      should: 'an access mode that a volume of the class has',
    },
    claim_size_mismatch: {
      area: 'storage',
      title: 'no volume is as large as the claim asks',
      object: 'PersistentVolumeClaim',
      whose: 'storage',
      should: 'no larger than a volume of the class',
    },
    claim_selector_mismatch: {
      area: 'storage',
      title: "the claim's selector fits no volume",
      object: 'PersistentVolumeClaim',
      whose: 'storage',
      should: 'labels that a free volume has',
    },
    claim_volume_taken: {
      area: 'storage',
      title: 'the volume that the claim names is bound to another one or not there',
      object: 'PersistentVolumeClaim',
      whose: 'storage',
      should: 'a volume that is free',
    },
    claim_lost: {
      area: 'storage',
      title: 'the volume of the claim is gone',
      object: 'PersistentVolumeClaim',
      whose: 'storage',
      should: 'a volume that is there: restore it from a backup; nothing here deletes anything',
    },
    provisioning_failed: {
      area: 'storage',
      title: "the provisioner can't make the volume",
      object: 'PersistentVolumeClaim',
      whose: 'storage',
      should: 'made by the provisioner: its message says what is in the way',
    },
    claim_unbound: {
      area: 'storage',
      title: 'the claim waits for a volume',
      object: 'PersistentVolumeClaim',
      whose: 'storage',
      symptom: true,
      should: 'Bound',
    },
  },
  alsoFinds: ['quota_exceeded_storage'],
  find: (state) =>
    state.workloads.flatMap((workload) => {
      const waits = standingPods(workload).filter(({ phase, node }) => phase === 'Pending' && node === '');
      if (waits.length === 0) return [];
      const names = new Set(
        [...workload.template.volumes, ...waits.flatMap(({ template }) => template.volumes)]
          .filter(({ kind }) => kind === 'Claim')
          .map((one) => one.target),
      );
      return [...names].flatMap((name) =>
        judge(state, workload, { kind: 'PersistentVolumeClaim', namespace: workload.namespace, name }),
      );
    }),
};

function judge(state: ClusterState, workload: StateWorkload, claim: ObjectRef): StateCause[] {
  const object = objectAt(state, claim);
  const scheduling = workload.events.find(({ reason }) => reason === 'FailedScheduling');
  const told = scheduling ? [fact(scheduling.about, `event ${scheduling.reason}`, scheduling.message)] : [];
  if (!object) {
    const isGone = scheduling?.message.includes(`persistentvolumeclaim "${claim.name}" not found`) ?? false;
    const field = `${templatePath(workload)}.volumes.persistentVolumeClaim.claimName`;
    if (isGone || isAbsent(state, claim))
      return [
        {
          what: 'claim_missing',
          object: refOf(workload),
          strength: 0.97,
          facts: [fact(workload, field, claim.name), ...told],
          hurts: [],
          command: editCommand(workload),
        },
      ];
    // Claims aren't in the snapshot: the scheduler's word is all that is known.
    const events = eventsAbout(state, claim);
    const said = events.map(({ message }) => message).join('\n');
    const reason = SAID.find(([, pattern]) => pattern.test(said))?.[0];
    return reason || /unbound immediate|available persistent volumes/.test(scheduling?.message ?? '')
      ? [
          {
            what: reason ?? 'claim_unbound',
            object: claim,
            strength: reason ? 0.97 : 0.9,
            facts: [...events.slice(0, 3).map((event) => fact(claim, `event ${event.reason}`, event.message)), ...told],
            hurts: [refOf(workload)],
            command: describe(claim),
          },
        ]
      : [];
  }
  const phase = textAt(object.raw, 'status', 'phase');
  if (phase === 'Bound') return [];
  const events = eventsAbout(state, claim)
    .slice(0, 3)
    .map((event) => fact(claim, `event ${event.reason}`, event.message));
  const { what, facts } = reasonOf(
    state,
    object,
    eventsAbout(state, claim)
      .map(({ message }) => message)
      .join('\n'),
  );
  return [
    {
      what,
      object: claim,
      strength: what === 'claim_unbound' ? 0.9 : 0.97,
      facts: [...facts, fact(claim, 'status.phase', phase || 'Pending'), ...events, ...told],
      hurts: [refOf(workload)],
      command: describe(claim),
    },
  ];
}

/** What the volume controller and the provisioners say of a claim. */
const SAID: [CauseKind, RegExp][] = [
  ['storage_class_mismatch', /storageclass\S{0,40} "[^"]{0,253}" not found|storageClassName does not match/i],
  ['quota_exceeded_storage', /exceeded quota/],
  ['provisioning_failed', /failed to provision volume|error getting handle for|ProvisioningFailed/i],
  ['claim_size_mismatch', /requested PV is too small/i],
  ['claim_access_mode_mismatch', /incompatible accessMode/i],
  ['claim_volume_taken', /already bound to (?:a )?different claim/i],
];

type Reason = { what: CauseKind; facts: StateFact[] };

function reasonOf(state: ClusterState, claim: KubeObject, said: string): Reason {
  const ref = { kind: claim.kind, namespace: claim.metadata.namespace, name: claim.metadata.name };
  const className = textAt(claim.raw, 'spec', 'storageClassName');
  const storageClass = { kind: 'StorageClass', namespace: '', name: className };
  const classFact = fact(ref, 'spec.storageClassName', className);
  if (textAt(claim.raw, 'status', 'phase') === 'Lost')
    return { what: 'claim_lost', facts: [fact(ref, 'spec.volumeName', textAt(claim.raw, 'spec', 'volumeName'))] };
  // A class need not exist where volumes bear its name: what keeps these away is told first.
  const held = heldAgainstVolumes(state, claim, ref, className);
  const told = SAID.find(([, pattern]) => pattern.test(said))?.[0];
  if (told && (told !== 'storage_class_mismatch' || !held))
    return { what: told, facts: told === 'storage_class_mismatch' ? [classFact] : [] };
  const named = textAt(claim.raw, 'spec', 'volumeName');
  if (named) {
    const volume = objectAt(state, { kind: 'PersistentVolume', namespace: '', name: named });
    const holder = textAt(volume?.raw, 'spec', 'claimRef', 'name');
    if (
      (volume && holder && holder !== ref.name) ||
      isAbsent(state, { kind: 'PersistentVolume', namespace: '', name: named })
    )
      return {
        what: 'claim_volume_taken',
        facts: [
          fact(ref, 'spec.volumeName', named),
          fact({ kind: 'PersistentVolume', namespace: '', name: named }, 'spec.claimRef', holder || 'no such volume'),
        ],
      };
  }
  if (held) return held;
  if (className && isAbsent(state, storageClass))
    return { what: 'storage_class_mismatch', facts: [classFact, fact(storageClass, 'metadata.name', 'not there')] };
  if (/ProvisioningFailed|failed to provision/i.test(said)) return { what: 'provisioning_failed', facts: [classFact] };
  return { what: 'claim_unbound', facts: [classFact] };
}

/** Volumes of the same class, or of none where the class makes none: the first thing that keeps the nearest of them away. */
function heldAgainstVolumes(state: ClusterState, claim: KubeObject, ref: ObjectRef, className: string): Reason | null {
  if (!isListed(state, 'PersistentVolume', '')) return null;
  const provisions = objectAt(state, { kind: 'StorageClass', namespace: '', name: className });
  const makesNone = !provisions || /no-provisioner/.test(textAt(provisions.raw, 'provisioner'));
  if (!makesNone) return null;
  const free = objectsOf(state, 'PersistentVolume').filter(
    ({ raw }) =>
      textAt(raw, 'status', 'phase') === 'Available' ||
      (textAt(raw, 'spec', 'claimRef', 'name') === ref.name &&
        textAt(raw, 'spec', 'claimRef', 'namespace') === ref.namespace),
  );
  const sameClass = free.filter(({ raw }) => textAt(raw, 'spec', 'storageClassName') === className);
  const modes = textsAt(claim.raw, 'spec', 'accessModes');
  const size = quantities(recordAt(claim.raw, 'spec', 'resources', 'requests')).storage ?? 0;
  const selector = labelsAt(claim.raw, 'spec', 'selector', 'matchLabels');
  const tests: [CauseKind, string, unknown, (raw: Record<string, unknown>) => boolean][] = [
    [
      'claim_selector_mismatch',
      'spec.selector.matchLabels',
      selector,
      (raw) => Object.keys(selector).length === 0 || fits(selector, labelsAt(raw, 'metadata', 'labels')),
    ],
    [
      'claim_access_mode_mismatch',
      'spec.accessModes',
      modes,
      (raw) => modes.every((mode) => textsAt(raw, 'spec', 'accessModes').includes(mode)),
    ],
    [
      'claim_size_mismatch',
      'spec.resources.requests.storage',
      textAt(claim.raw, 'spec', 'resources', 'requests', 'storage'),
      (raw) => (quantities(recordAt(raw, 'spec', 'capacity')).storage ?? 0) >= size,
    ],
  ];
  const judged = sameClass
    .map(({ metadata, raw }) => ({ metadata, raw, failing: tests.filter(([, , , passes]) => !passes(raw)) }))
    .filter(({ failing }) => failing.length > 0)
    .sort((left, right) => left.failing.length - right.failing.length)[0];
  const worst = judged?.failing[0];
  if (judged && worst) {
    const volume = { kind: 'PersistentVolume', namespace: '', name: judged.metadata.name };
    const theirs =
      {
        claim_selector_mismatch: labelsAt(judged.raw, 'metadata', 'labels'),
        claim_access_mode_mismatch: textsAt(judged.raw, 'spec', 'accessModes'),
      }[worst[0] as string] ?? textAt(judged.raw, 'spec', 'capacity', 'storage');
    return {
      what: worst[0],
      facts: [fact(ref, worst[1], worst[2]), fact(volume, worst[1].replace('resources.requests', 'capacity'), theirs)],
    };
  }
  const wellOtherwise = free.find(({ raw }) => tests.every(([, , , passes]) => passes(raw)));
  if (wellOtherwise && sameClass.length === 0)
    return {
      what: 'storage_class_mismatch',
      facts: [
        fact(ref, 'spec.storageClassName', className),
        fact(
          { kind: 'PersistentVolume', namespace: '', name: wellOtherwise.metadata.name },
          'spec.storageClassName',
          textAt(wellOtherwise.raw, 'spec', 'storageClassName'),
        ),
      ],
    };
  return null;
}

export default claims;
