import { type Handler, sendJson } from './routes.ts';

const LOCAL = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/;

/**
 * Refuses what pages of other addresses ask, those of this machine's other ports included. For the sandbox, whose webhooks demand no token: a browser says by
 * itself which page asks. Programs say nothing and pass.
 */
export const ownPagesOnly: Handler = (req, res) => {
  const { origin, host = '' } = req.headers;
  const site = req.headers['sec-fetch-site'];
  const isPage = origin !== undefined || site !== undefined;
  if (!isPage) return false;
  const isOwn =
    LOCAL.test(host) &&
    (origin === undefined || origin === `http://${host}`) &&
    (site === undefined || site === 'same-origin' || site === 'none');
  return isOwn ? false : sendJson(res, 403, { error: 'the sandbox is for pages of its own only' });
};
