/**
 * Work that is due. One of each kind per incident: a newer one takes the older one's place (a moved deadline, a message that shows the latest).
 * A handler looks at the incident first; work whose state has passed does nothing.
 */
export const EFFECT_KINDS = [
  'diagnose',
  'notify',
  'page',
  'resolve_page',
  'act',
  'execute',
  'verify',
  'undo',
  'deadline',
  'watch',
  'confirm_gone',
  'reach',
  'give_back',
  'ask_about',
  'level',
  'webhook',
] as const;
export type EffectKind = (typeof EFFECT_KINDS)[number];
export type Effect = { kind: EffectKind; dueAt: number };
