type Answer<T> = { ok: true; value: T } | { ok: false; failure: { message: string } };

/** What was answered; else `otherwise`, and in `missing` why. */
export function answerOr<T>(answer: Answer<T>, otherwise: T, what: string, missing: string[]): T {
  if (answer.ok) return answer.value;
  missing.push(`${what}: ${answer.failure.message}`);
  return otherwise;
}
