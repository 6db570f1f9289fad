import { subjectByName, unnamedSubject } from '../../domain/subject-by-name.ts';
import type { Alert } from '../../domain/types/alert.ts';
import type { Subject } from '../../domain/types/entity.ts';
import { namedBy } from './named-by.ts';

/** Whose trouble an alert is, by its labels alone: nothing is asked of the cluster. An alert that names nothing is about itself. The subject's `cluster` is always our own name for it. */
export function subjectOf(alert: Alert, cluster: string): Subject {
  const [first] = namedBy(alert);
  return first ? subjectByName(cluster, first) : unnamedSubject(cluster, alert);
}
