import { toast } from './dialogs.mjs';

/** POSTs JSON (or sends another method) and gives the answer's JSON; null after telling the reader what failed. */
export async function send(path, body, method = 'POST') {
  try {
    const response = await fetch(path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = response.status === 204 ? { ok: true } : await response.json().catch(() => ({ ok: response.ok }));
    if (response.ok && answer.ok !== false) return answer;
    if (answer.errors !== undefined) return answer;
    toast(`${answer.message ?? answer.words ?? answer.error ?? `HTTP ${response.status}`}`);
  } catch {
    toast('The sandbox could not be reached.');
  }
  return null;
}

/**
 * The live stream for one reader. `handlers` by event name get the parsed data; `onstate` gets 'live' or 'away'.
 * The browser reconnects by itself; every connection starts with everything. Answers how to end it.
 */
export function openStream(user, handlers, onstate) {
  const source = new EventSource(`/sandbox/stream?user=${encodeURIComponent(user)}`);
  for (const [name, handle] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
  }
  source.addEventListener('open', () => onstate('live'));
  let retry = 0;
  source.addEventListener('error', () => {
    onstate('away');
    // After an HTTP error a browser gives up for good, so the next attempt is ours.
    if (source.readyState === EventSource.CLOSED && retry === 0) retry = setTimeout(() => handlers.lost(), 1500);
  });
  return () => {
    clearTimeout(retry);
    source.close();
  };
}
