import type { Json } from '../model.ts';
import type { World } from '../world.ts';

/** One method of the Web API. `base` is the URL under which the caller reached the sandbox. A failure is an answer with `ok: false`. */
export type Method = (world: World, args: Json, base: string) => Json;

/** The channel that was named by id, name or #name. */
export function isOurChannel(world: World, channel: unknown): boolean {
  return channel === world.channel.id || channel === world.channel.name || channel === `#${world.channel.name}`;
}

/** A number in an argument, which is text in form-encoded calls; clamped. */
export function countOf(value: unknown, fallback: number, most: number): number {
  const number = Number(value ?? fallback);
  return Number.isFinite(number) && number >= 1 ? Math.min(Math.floor(number), most) : fallback;
}

/** A flag in an argument: true, "true" or "1". */
export function flagOf(value: unknown): boolean {
  return value === true || value === 'true' || value === '1' || value === 1;
}
