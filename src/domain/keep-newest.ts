/** Keeps it as the one used last, and forgets those that were used longest ago beyond `most`. Answers the keys that were forgotten. */
export function keepNewest<K, V>(map: Map<K, V>, key: K, value: V, most: number): K[] {
  map.delete(key);
  map.set(key, value);
  const forgotten: K[] = [];
  for (const oldest of map.keys()) {
    if (map.size <= most) break;
    map.delete(oldest);
    forgotten.push(oldest);
  }
  return forgotten;
}
