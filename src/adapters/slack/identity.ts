/** Who pressed or typed: Slack's id, and for somebody of another workspace (Slack Connect) the workspace behind an @, so that they are nobody's approver. */
export function identityOf(user: { id: string; team: string | undefined }, ownTeam: string | null): string {
  const { id, team } = user;
  return team === undefined || ownTeam === null || team === ownTeam ? id : `${id}@${team}`;
}
