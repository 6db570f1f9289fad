import { createLanes } from '../../timing/lanes.ts';
import { decodeValue } from './button-value.ts';
import type { SlackLog } from './log.ts';

/** Clicks that may wait. Who comes after them is told at once that it failed, which is better than a click that counts minutes later. */
const MOST_WAITING = 1_000;
const AT_ONCE = 8;

export type Clicks = {
  /** False: too many wait. What this takes is done later, for each incident in the order in which it came. */
  take(click: object, isFirst: () => Promise<boolean>): boolean;
};

/** What follows a click, behind its acknowledgement: nothing that is slow may make Slack say that it failed. */
export function createClicks({ run, log }: { run(click: object): Promise<void>; log: SlackLog }): Clicks {
  const lanes = createLanes({ atOnce: AT_ONCE, most: MOST_WAITING });
  return {
    take: (click, isFirst) =>
      lanes.take(incidentOf(click), async () => {
        try {
          if (await isFirst()) await run(click);
          else log.warn({}, 'a signed click came twice, here and to another replica; left out');
        } catch (error) {
          log.error({ err: error }, 'a click failed');
        }
      }),
  };
}

/** The click that a verified request brings; null for everything else. Buttons and menus need no answer but that they were heard. */
export function clickIn(body: Buffer): object | null {
  const payload = new URLSearchParams(body.toString('utf8')).get('payload');
  const value: unknown = payload === null ? null : JSON.parse(payload);
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'block_actions'
    ? value
    : null;
}

type Pressed = { value?: unknown; selected_option?: { value?: unknown } | null };

function incidentOf(click: { actions?: unknown }): string {
  const [first] = Array.isArray(click.actions) ? (click.actions as (Pressed | null)[]) : [];
  const value = first?.value ?? first?.selected_option?.value;
  return decodeValue(typeof value === 'string' ? value : undefined)?.incidentId ?? '';
}
