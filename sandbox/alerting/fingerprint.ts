const OFFSET = 14_695_981_039_346_656_037n;
const PRIME = 1_099_511_628_211n;
const MASK = 0xffff_ffff_ffff_ffffn;
const SEPARATOR = 255;

/** Alertmanager's identity of an alert: FNV-1a (64 bits) over its labels in order of name, each name and value closed by 0xff. */
export function fingerprint(labels: Readonly<Record<string, string>>): string {
  const bytes: number[] = [];
  for (const name of Object.keys(labels).sort()) {
    bytes.push(...Buffer.from(name, 'utf8'), SEPARATOR, ...Buffer.from(labels[name] ?? '', 'utf8'), SEPARATOR);
  }
  let hash = OFFSET;
  for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * PRIME) & MASK;
  return hash.toString(16).padStart(16, '0');
}
