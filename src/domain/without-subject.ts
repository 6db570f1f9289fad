/** Words without the name at their beginning, where it has just been said: "Deployment web: revision 3 …" → "revision 3 …". Pods count as their workload. */
export function withoutSubject(words: string, name: string): string {
  const [, log, kind, subject, rest] =
    /^(Log of )?(?:(Deployment|StatefulSet|DaemonSet|Service|Pod) )?([\w.-]+)(?:: | is slow: )(.+)$/s.exec(words) ?? [];
  if (subject === undefined || rest === undefined) return words;
  const own = subject === name || ((log !== undefined || kind === 'Pod') && subject.startsWith(`${name}-`));
  if (!own) return words;
  return log === undefined ? rest : `log: ${rest.replace(/^(ts=\S+|\d{4}-\d\d-\d\d[T ]\S+)\s+/, '')}`;
}
