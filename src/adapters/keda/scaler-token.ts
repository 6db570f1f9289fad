import { createHmac } from 'node:crypto';
import { bearerIs, sameSecret } from '../incoming/bearer.ts';

/** What a trigger shows to ask about one service: it stands in a ScaledObject, where others may read it, and opens nothing else. */
export const triggerToken = (token: string, namespace: string, service: string): string =>
  createHmac('sha256', token).update(`${namespace}/${service}`).digest('hex').slice(0, 40);

/** Whoever shows the whole token (in the call's metadata or the trigger's) may ask about any service, whoever shows a trigger's about that service. */
export function mayAsk(
  token: string,
  shown: { bearer: string | undefined; inTrigger: string | undefined },
  { namespace, service }: { namespace: string; service: string },
): boolean {
  if (bearerIs(shown.bearer, token)) return true;
  const { inTrigger } = shown;
  return (
    inTrigger !== undefined &&
    (sameSecret(inTrigger, token) || sameSecret(inTrigger, triggerToken(token, namespace, service)))
  );
}
