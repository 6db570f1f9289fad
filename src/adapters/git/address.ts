const SCP = /^(?:[\w.-]{1,100}@)?([\w.-]{1,253}):(?!\/\/)([^\s?#]{1,400})$/;
const PROJECT = /^[\w.-]{1,100}(?:\/[\w.-]{1,100}){1,20}$/;

/** `https://github.com/acme/shop.git`, `git@github.com:acme/shop` → `acme/shop`, where the host is the one of that API; null: another host, or no such address. */
export function projectOf(url: string, apiUrl: string): string | null {
  const host = hostOf(apiUrl);
  const found = partsOf(url.trim());
  if (!found || host === null || found.host.toLowerCase() !== host) return null;
  const project = found.path
    .replace(/^\//, '')
    .replace(/\/$/, '')
    .replace(/\.git$/, '');
  const isPlain = PROJECT.test(project) && !project.split('/').some((part) => /^\.+$/.test(part));
  return isPlain ? project : null;
}

/** `https://api.github.com` is the API of `github.com`; others serve it under a path of their own host. */
function hostOf(apiUrl: string): string | null {
  if (!URL.canParse(apiUrl)) return null;
  const { host } = new URL(apiUrl);
  return host.toLowerCase() === 'api.github.com' ? 'github.com' : host.toLowerCase();
}

function partsOf(url: string): { host: string; path: string } | null {
  const scp = SCP.exec(url);
  if (scp) return { host: scp[1] ?? '', path: scp[2] ?? '' };
  if (url.length > 700 || !URL.canParse(url)) return null;
  const { protocol, host, hostname, pathname } = new URL(url);
  if (protocol === 'ssh:') return { host: hostname, path: pathname };
  return protocol === 'https:' || protocol === 'http:' ? { host, path: pathname } : null;
}
