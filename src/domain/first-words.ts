/** Whether a person who says only a name's first words may mean it: `cart` for `cart-api`. */
export const beginsWith = (name: string, said: string): boolean => name.startsWith(`${said}-`);

/** Those that may be meant: of that whole name, and only where there is none, those that begin so. */
export function meantBy<T>(all: readonly T[], nameOf: (one: T) => string, said: string): T[] {
  const whole = all.filter((one) => nameOf(one) === said);
  return whole.length > 0 ? whole : all.filter((one) => beginsWith(nameOf(one), said));
}
