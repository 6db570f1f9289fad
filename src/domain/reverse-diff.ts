const HUNK = /^@@ -(\d{1,9}(?:,\d{1,9})?) \+(\d{1,9}(?:,\d{1,9})?) @@(.*)$/;

/** The hunks of a unified diff as they take the change back: what was added goes, what was taken away comes again, in the order that is usual (away first). */
export function reverseHunks(hunks: string): string {
  const out: string[] = [];
  let away: string[] = [];
  let back: string[] = [];
  const flush = () => {
    out.push(...away, ...back);
    [away, back] = [[], []];
  };
  for (const line of hunks.split('\n')) {
    if (line.startsWith('+')) away.push(`-${line.slice(1)}`);
    else if (line.startsWith('-')) back.push(`+${line.slice(1)}`);
    else {
      flush();
      const hunk = HUNK.exec(line);
      out.push(hunk ? `@@ -${hunk[2]} +${hunk[1]} @@${hunk[3]}` : line);
    }
  }
  flush();
  return out.join('\n');
}
