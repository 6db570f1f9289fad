const MOST = 600;

/** Texts that are hard to read, from a seed: seeds of every format, changed a little or a lot. */
export type Source = { next(): string };

const SEEDS = [
  '{"version":"4","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"X","pod":"a-7d9f8c6b5-x2x2x"},"annotations":{"summary":"s"},"startsAt":"2026-01-01T00:00:00Z","endsAt":"0001-01-01T00:00:00Z","fingerprint":"f"}],"truncatedAlerts":1}',
  '{"event":{"id":"e","event_type":"incident.resolved","occurred_at":"2026-01-01T00:00:00Z","data":{"incident_key":"nightshift-a-INC-1"}}}',
  '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[1,"2"],[2,"NaN"]]}]}}',
  '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"a"}}]},"scopeSpans":[{"spans":[{"spanId":"00f067aa0ba902b7","name":"x","kind":2,"startTimeUnixNano":"1","endTimeUnixNano":"2"}]}]}]}',
  '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","sum":{"dataPoints":[{"timeUnixNano":"1","asDouble":1}],"aggregationTemporality":2}}]}]}]}',
  'payload=%7B%22type%22%3A%22block_actions%22%7D',
  'status payment-api --since 2h "a b" —quiet',
  'issue: high_latency\nsteps:\n  - action: restart_pod\n    params: {a: 1}\n    threshold: 0.5\n',
  'approvers: [U1]\nservices:\n  - {name: a, timeout: 5m}\n',
  '2026-01-02T03:04:05.123Z ERROR password=hunter2 {"token":"x"} at com.x.Y(Z.java:53)\n\tat a.b.C\nCaused by: x',
  'postgres://user:pw@host:5432/db?sslmode=off <@U1> <!channel> *b* `c` 😀 &amp; 10.2.3.4',
  '-----BEGIN PRIVATE KEY-----\nMII\n-----END',
  '512Mi',
  '1h30m',
  'INC-241|~false_alarm',
];
const BITS = [
  'null',
  '[]',
  '{}',
  '""',
  '-1',
  '1e999',
  'NaN',
  'true',
  '\u0000',
  '\ud83d',
  '\udc00',
  '😀',
  '\u202e',
  '__proto__',
  'constructor',
  '\\"',
  '"',
  "'",
  '`',
  '<',
  '{',
  '}',
  '[',
  ']',
  ':',
  '=',
  '\n',
  '\r',
  ' ',
  'passwd.',
  'token="',
  'a-',
  '0',
  '*a',
  '&a',
  '%00',
  '%zz',
  '../',
  '9'.repeat(40),
  '[['.repeat(50),
  '{"a":'.repeat(50),
];

export function createSource(seed: number, kept: readonly { text: string }[]): Source {
  let state = seed >>> 0 || 1;
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const below = (most: number) => Math.floor(random() * most);
  const pick = <T>(all: readonly T[]): T => all[below(all.length)]!;
  const first = SEEDS.length + kept.length;
  const grown: string[] = [...SEEDS, ...kept.map(({ text }) => text)];
  const changed = (text: string): string => {
    const at = below(text.length + 1);
    const to = Math.min(text.length, at + below(12));
    switch (below(8)) {
      case 0:
        return text.slice(0, at);
      case 1:
        return text.slice(0, at) + pick(BITS) + text.slice(at);
      case 2:
        return text.slice(0, at) + pick(BITS) + text.slice(to);
      case 3:
        return text.slice(0, at) + text.slice(to);
      case 4:
        return text.slice(0, at) + text.slice(at, to).repeat(1 + below(200)) + text.slice(to);
      case 5:
        return text + pick(grown);
      case 6:
        return text.slice(0, at) + String.fromCharCode(below(0x10000)) + text.slice(at);
      default:
        return pick(BITS).repeat(1 + below(4_000 / 5));
    }
  };
  return {
    next() {
      let text = pick(grown);
      for (let turns = 1 + below(6); turns > 0; turns -= 1) text = changed(text);
      text = text.slice(0, 20_000);
      // The corpus of this run changes slowly, so that changes add up.
      if (random() < 0.002 && grown.length < MOST) grown.push(text);
      else if (random() < 0.002) grown[first + below(grown.length - first)] = text;
      return text;
    },
  };
}
