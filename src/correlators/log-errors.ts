import { maskText } from '../domain/mask-text.ts';
import type { IncidentContext } from '../extension-points/incident-context.ts';
import type { Correlator, Found } from '../extension-points.ts';

const MAX_FINDINGS = 5;
const MAX_LINE = 240;

/** How telling a line is, the most telling first. A crash's own words outweigh an error that may be everyday. */
const TELLING: { pattern: RegExp; strength: number }[] = [
  {
    pattern:
      /\bpanic\b|\bfatal\b|segmentation fault|\bSIGSEGV\b|unhandled (exception|rejection)|uncaught|traceback \(most recent/i,
    strength: 0.85,
  },
  { pattern: /out ?of ?memory|OutOfMemoryError|heap space|cannot allocate memory|allocation failed/i, strength: 0.85 },
  { pattern: /no space left on device|disk quota exceeded|read-only file system/i, strength: 0.85 },
  {
    pattern:
      /no such (table|file|host)|does not exist|undefined (method|variable)|missing required|not set|invalid config|unknown (flag|option)/i,
    strength: 0.8,
  },
  {
    pattern:
      /connection (refused|reset)|ECONN(REFUSED|RESET)|no route to host|dial tcp|too many connections|pool (is )?exhausted/i,
    strength: 0.7,
  },
  { pattern: /permission denied|access denied|unauthorized|forbidden|certificate (has )?expired|x509/i, strength: 0.7 },
  { pattern: /\bdeadlock|\bworkers?\b.{0,120}(time ?out|not reported|stuck|all busy)|not responding/i, strength: 0.65 },
  { pattern: /time(d)? ?out|deadline exceeded/i, strength: 0.6 },
  { pattern: /\b(level=error|error|exception|critical|severe)\b|"level":\s*"(error|fatal)"/i, strength: 0.5 },
];

/** The telling line of each troubled pod's last log lines, secrets masked; lines that are alike count once. */
const logErrors: Correlator = {
  name: 'log_errors',
  finds: {
    log_error: { chart: null, shownByPods: false, isContext: false },
  },
  correlate: (around) => {
    const found = new Map<string, { finding: Found; pods: number }>();
    for (const [pod, lines] of Object.entries(around.logs)) {
      const finding = tellingLine(pod, lines, around);
      if (!finding) continue;
      const key = alike(finding.message.slice(finding.message.indexOf(':')));
      const known = found.get(key);
      if (known) known.pods += 1;
      else found.set(key, { finding, pods: 1 });
    }
    return [...found.values()]
      .map(({ finding, pods }) =>
        pods > 1
          ? { ...finding, message: `${finding.message} (and ${pods - 1} more ${pods === 2 ? 'pod' : 'pods'})` }
          : finding,
      )
      .sort((left, right) => right.strength - left.strength)
      .slice(0, MAX_FINDINGS);
  },
};

function tellingLine(pod: string, lines: string[], { at, subject }: IncidentContext): Found | null {
  let best: { line: string; strength: number; count: number } | null = null;
  for (const line of lines) {
    const strength = TELLING.find(({ pattern }) => pattern.test(line.slice(0, 4_000)))?.strength ?? 0;
    if (strength === 0) continue;
    if (best && alike(best.line) === alike(line)) best.count += 1;
    // Of equally telling lines the last is nearest to the end of the container.
    else if (!best || strength >= best.strength) best = { line, strength, count: 1 };
  }
  if (!best) return null;
  const times = best.count > 1 ? ` (${best.count} times)` : '';
  const message = `Log of ${pod}: ${maskText(best.line, MAX_LINE)}${times}`;
  return {
    kind: 'log',
    about: { kind: 'Pod', namespace: subject.namespace, name: pod },
    at,
    what: 'log_error',
    message,
    strength: best.strength,
  };
}

/** Without what differs from line to line: numbers, ids, times. */
function alike(line: string): string {
  return line.slice(0, 400).replace(/0x[0-9a-f]+|[0-9a-f]{8,}|\d+/gi, '#');
}

export default logErrors;
