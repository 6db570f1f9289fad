import type { Alert } from './types/alert.ts';

type Matcher = { name: string; value: string };

/** Silenced together are the alerts of one name: by all labels that they have in common. At most so many names. */
const MOST_NAMES = 5;
const ALERT_NAME = 'alertname';

/** For each name among the alerts that fire, what silences them and as little else as can be. */
export function matchersOf(alerts: readonly Pick<Alert, 'name' | 'labels' | 'status'>[]): Matcher[][] {
  const firing = alerts.filter(({ status }) => status === 'firing');
  const byName = Object.groupBy(firing, ({ name }) => name);
  return Object.values(byName)
    .slice(0, MOST_NAMES)
    .map((of = []) => {
      const [first, ...others] = of;
      return Object.entries(first?.labels ?? {})
        .filter(([name, value]) => others.every(({ labels }) => labels[name] === value))
        .map(([name, value]) => ({ name, value }))
        .sort((a, b) => a.name.localeCompare(b.name));
    })
    .filter((matchers) => matchers.some(({ name }) => name === ALERT_NAME));
}

/** `alertname=Foo`, `namespace="shop"`; null for what is no whole label with a value. */
export function readMatcher(text: string): Matcher | null {
  const at = text.indexOf('=');
  const [name, value] = [
    text.slice(0, at).trim(),
    text
      .slice(at + 1)
      .trim()
      .replaceAll('"', ''),
  ];
  return at > 0 && value !== '' && !/^[=~]/.test(value) && /^[a-zA-Z_][a-zA-Z0-9_]{0,127}$/.test(name)
    ? { name, value }
    : null;
}
