import type { WebClient } from '@slack/web-api';

/** Each click asks whose workspace it is: a Slack that doesn't say is asked again after so long. Real ms. */
const AGAIN_MS = 30_000;

/** Whose workspace it is; asked until Slack says so, one question at a time, and never while somebody waits. Null: not known yet. */
export function ownTeamOf(client: Pick<WebClient, 'auth'>): {
  ownTeam(): string | null;
  learnTeam(): Promise<void>;
} {
  let team: string | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;
  const learnTeam = async () => {
    askedAt = performance.now();
    try {
      const { team_id: id } = await client.auth.test();
      team = id ?? null;
    } catch {
      // Asked again with a later click.
    }
  };
  return {
    learnTeam,
    ownTeam() {
      if (team === null && performance.now() - askedAt >= AGAIN_MS) void learnTeam();
      return team;
    },
  };
}
