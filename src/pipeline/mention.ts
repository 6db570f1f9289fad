/** A person or a group of Slack's; whoever PagerDuty has on call is said in words. */
export function mention(who: string): string {
  if (who.startsWith('pagerduty:')) return 'whoever is on call in PagerDuty';
  return who.startsWith('S') ? `<!subteam^${who}>` : `<@${who}>`;
}
