/** How many letters must be changed to make one name of the other; more than `most` counts as `most` + 1. */
export function editDistance(left: string, right: string, most = 3): number {
  if (Math.abs(left.length - right.length) > most) return most + 1;
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++)
      next.push(
        Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1)),
      );
    row = next;
  }
  return Math.min(row[right.length] ?? most + 1, most + 1);
}

const bare = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** Whether one may be meant where the other was written: a few letters off, or one with something before or behind it. */
export function isAlike(written: string, meant: string): boolean {
  const [left, right] = [bare(written), bare(meant)];
  if (left === right || left.length < 3 || right.length < 3) return left === right;
  return (
    editDistance(left, right, right.length > 6 ? 3 : 1) <= (right.length > 6 ? 3 : 1) ||
    (right.length > 3 && left.includes(right)) ||
    (left.length > 5 && right.includes(left))
  );
}

/** Whether a variable (`PRODUCT_CATALOG_SERVICE_ADDR`) is named after the thing. */
export function isNamedAfter(variable: string, thing: string): boolean {
  const stem = bare(variable.replace(/_(?:ADDR|ADDRESS|HOST|HOSTNAME|URL|URI|ENDPOINT|SERVER|PORT)S?$/i, ''));
  const name = bare(thing);
  return name.length > 2 && (stem === name || stem === `${name}service` || `${stem}service` === name);
}
