import { ownsPodNamed } from './pod-names.ts';

/** Words without the name at their beginning, where it has just been said: "Deployment web: revision 3 …" → "revision 3 …". Pods count as their workload. */
export function withoutSubject(message: string, name: string): string {
  const [, log, kind, subject, rest] =
    /^(Log of )?(?:(Deployment|StatefulSet|DaemonSet|Service|Pod) )?([\w.-]+)(?:: | is slow: )(.+)$/s.exec(message) ??
    [];
  if (subject === undefined || rest === undefined) return message;
  const own = subject === name || ((log !== undefined || kind === 'Pod') && ownsPodNamed(name, subject));
  if (!own) return message;
  return log === undefined ? rest : `log: ${rest.replace(/^(ts=\S+|\d{4}-\d\d-\d\d[T ]\S+)\s+/, '')}`;
}
