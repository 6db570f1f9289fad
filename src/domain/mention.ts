/** Slack's way to name a person or a group by its id, or in words whoever PagerDuty has on call; null for what is no id. Only for ids that Slack or the configuration gave. */
export function mentionOf(who: string): string | null {
  if (who.startsWith('pagerduty:')) return 'whoever is on call in PagerDuty';
  // Somebody of another workspace has it behind an @.
  const id = /^([UW][A-Z0-9_]{2,30})(@[TE][A-Z0-9]{1,30})?$/.exec(who)?.[1];
  if (id !== undefined) return `<@${id}>`;
  return /^S[A-Z0-9]{6,30}$/.test(who) ? `<!subteam^${who}>` : null;
}
