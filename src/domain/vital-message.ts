import { finePercent, seconds, short } from './figures.ts';
import { type Health, vitalNamed } from './health.ts';

const pods = (value: number): string => (value === 1 ? '1 pod' : `${value} pods`);

const SAYS: Record<string, (value: number) => string> = {
  latency: (value) => `p99 ${seconds(value)}`,
  errors: (value) => `${finePercent(value)} of requests fail`,
  traffic: (value) => `only ${short(value)} requests/s arrive`,
  memory: (value) => `memory at ${finePercent(value)} of its limit`,
  cpu: (value) => `CPU at ${finePercent(value)} of its limit`,
  queue: (value) => `${short(value)} wait in its queue`,
  crashes: (value) => `${pods(value)} keep crashing`,
  unpullable: (value) => `${pods(value)} can't pull the image`,
  unconfigured: (value) => `a container of ${pods(value)} can't be made`,
  unplaced: (value) => `no node takes ${pods(value)}`,
  unmade: (value) => `${pods(value)} without volumes or network`,
  stuck: () => 'its rollout is stuck',
  oom_kills: (value) => `${pods(value)} killed for memory`,
  not_ready: (value) => `${pods(value)} not ready`,
  nodes: (value) => `${value === 1 ? '1 node' : `${value} nodes`} in trouble`,
};

/** What a known vital says, in a few words with its unit. */
export function vitalMessage(health: Health, name: string): string {
  const vital = vitalNamed(health, name);
  if (vital.kind === 'not_measured') return `${name} is not measured`;
  if (vital.kind === 'unknown') return `${name}: ${vital.message}`;
  return SAYS[name]?.(vital.value) ?? `${name.replaceAll('_', ' ')}: ${short(vital.value)}`;
}
