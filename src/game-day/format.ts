/** The scenario's clock: `+04:05`, `-00:30`, `+1:02:03`. */
export function offset(ms: number): string {
  const seconds = Math.abs(Math.round(ms / 1_000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  const clock = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${ms < 0 ? '-' : '+'}${hours > 0 ? `${hours}:` : ''}${clock}`;
}
