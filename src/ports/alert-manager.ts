/** One label that an alert must have, whole. */
export type Matcher = { name: string; value: string };
/** `until` in epoch ms. */
export type Silence = { id: string; matchers: Matcher[]; by: string; comment: string; until: number };
type Asked<T> = { ok: true; value: T } | { ok: false; message: string };

/** Alertmanager's own API. Failures are values. */
export type AlertManager = {
  /** What fires now and is neither silenced nor inhibited, as Alertmanager writes it. */
  firing(): Promise<Asked<unknown>>;
  /** From now until then; the new silence's id. */
  silence(wanted: {
    matchers: Matcher[];
    by: string;
    comment: string;
    from: number;
    until: number;
  }): Promise<Asked<string>>;
  /** Those that hold now, the next to end first. */
  silences(): Promise<Asked<Silence[]>>;
  lift(id: string): Promise<Asked<null>>;
};
