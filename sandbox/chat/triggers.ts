import { randomBytes } from 'node:crypto';

export type Triggers = {
  issue(user: string): string;
  /** Spends a trigger: the user it was issued to, or Slack's error code. */
  exchange(
    id: unknown,
  ): { user: string } | { error: 'invalid_trigger_id' | 'expired_trigger_id' | 'exchanged_trigger_id' };
};

/** trigger_ids: good once, for `lifeMs` of real time (Slack's are good for 3 s). */
export function createTriggers(lifeMs: number): Triggers {
  const issued = new Map<string, { user: string; at: number; spent: boolean }>();
  return {
    issue(user) {
      const id = `${Date.now()}.${randomBytes(12).toString('hex')}`;
      issued.set(id, { user, at: Date.now(), spent: false });
      if (issued.size > 1000) issued.delete(issued.keys().next().value as string);
      return id;
    },
    exchange(id) {
      const trigger = typeof id === 'string' ? issued.get(id) : undefined;
      if (trigger === undefined) return { error: 'invalid_trigger_id' };
      if (trigger.spent) return { error: 'exchanged_trigger_id' };
      if (Date.now() - trigger.at > lifeMs) return { error: 'expired_trigger_id' };
      trigger.spent = true;
      return { user: trigger.user };
    },
  };
}
