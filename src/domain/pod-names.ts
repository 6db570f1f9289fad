// A template's hash has a digit or no vowel, which keeps the pods of `api-worker` out of those of `api`.
export const TEMPLATE_HASH = '(?:[a-z0-9]*[0-9][a-z0-9]*|[b-df-hj-np-tv-z]{4,10})';

/** A regular expression (RE2 and JavaScript) for the names of a workload's pods, those that are gone too. `name` must be escaped for one already. */
export function podNamePattern(name: string): string {
  return `${name}-(?:${TEMPLATE_HASH}-[a-z0-9]{5}|[a-z0-9]{5}|[0-9]+)`;
}
