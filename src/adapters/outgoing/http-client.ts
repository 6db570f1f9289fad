import { readFileSync, statSync } from 'node:fs';
import { Agent } from 'node:https';
import axios, { type AxiosInstance, isAxiosError } from 'axios';
import { headOf } from '../../domain/cut-text.ts';
import { withoutSlashes } from '../../domain/without-slashes.ts';

/** How we show who we are to a server that is asked over HTTP: Prometheus, Loki, Alertmanager and what stands before them. */
export type SignIn = {
  /** Bearer token; with `tokenFile` the file is read again when it has changed (a service account's token lives for an hour). */
  token?: string | undefined;
  tokenFile?: string | undefined;
  /** `X-Scope-OrgID`, where a server has several tenants. */
  tenant?: string | undefined;
  /** Any others, such as an API key. */
  headers?: Record<string, string> | undefined;
  /** PEM texts: whom to trust beside the machine's own list, and our certificate. */
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
};

export type HttpClientOptions = SignIn & {
  /** Base URL; paths are appended, so a path prefix is kept. A user and password in it are sent as basic auth, and never shown. */
  url: string;
  /** For each request. */
  timeoutMs: number;
  maxBodyBytes: number;
  /** Even with credentials, which then go to the same host only. */
  followsRedirects?: boolean;
};

export type HttpClient = AxiosInstance;

/** Whether it comes from a call: then it says what was answered, if anything was. */
export const isCallError = isAxiosError;

/** One way to make HTTP calls. HTTPS_PROXY and NO_PROXY are honoured, but never for this machine itself. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { url, timeoutMs, maxBodyBytes, tenant, ca, cert, key } = options;
  const { base, basic } = withoutPassword(url);
  const token = tokenOf(options);
  const tls = ca || cert ? new Agent({ keepAlive: true, ca, cert, key }) : undefined;
  const http = axios.create({
    baseURL: withoutSlashes(base),
    timeout: timeoutMs,
    headers: { ...(tenant ? { 'X-Scope-OrgID': tenant } : {}), ...options.headers },
    maxContentLength: maxBodyBytes,
    // A redirect would carry the credentials to whoever it names.
    ...(!options.followsRedirects && (basic || options.token || options.tokenFile || options.headers)
      ? { maxRedirects: 0 }
      : {}),
    ...(basic ? { auth: basic } : {}),
    ...(tls ? { httpsAgent: tls } : {}),
    ...(isLoopback(base) ? { proxy: false as const } : {}),
  });
  http.interceptors.request.use((request) => {
    const now = token();
    if (now) request.headers.set('Authorization', `Bearer ${now}`);
    return request;
  });
  return http;
}

function tokenOf({ token, tokenFile }: SignIn): () => string | undefined {
  if (!tokenFile) return () => token;
  let known: { token: string; changed: number } | null = null;
  return () => {
    const changed = statSync(tokenFile).mtimeMs;
    if (known?.changed !== changed) known = { token: readFileSync(tokenFile, 'utf8').trim(), changed };
    return known.token;
  };
}

function withoutPassword(url: string): { base: string; basic: { username: string; password: string } | null } {
  const parsed = new URL(url);
  if (!parsed.username && !parsed.password) return { base: url, basic: null };
  const basic = { username: decodeURIComponent(parsed.username), password: decodeURIComponent(parsed.password) };
  parsed.username = '';
  parsed.password = '';
  return { base: parsed.href, basic };
}

/** A URL as people may see it. */
export const shownUrl = (url: string): string =>
  URL.canParse(url) ? withoutPassword(url).base.replace(/\/$/, '') : url;

function isLoopback(url: string): boolean {
  return URL.canParse(url) && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
}

const TLS_WORDS: Record<string, string> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority that is not known here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an authority that is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an authority that is not known here',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};
const LONGEST = 300;

/** Why no usable answer came: `refused` (401, 403: it doesn't know us, or won't have us), `too_large`, `answered` (any other status) or `unreachable`. */
export type CallFailure = {
  kind: 'refused' | 'too_large' | 'answered' | 'unreachable';
  status: number | null;
  /** Of an unreachable one: it was asked, and was silent. */
  timedOut?: true;
  message: string;
};

/** The same in a few words, for who asked by hand: `answered 500`, `ECONNREFUSED`. Null for what is no error of a call. */
export function callFailureWords(error: unknown): { status: number | null; message: string } | null {
  if (!isCallError(error)) return null;
  const status = error.response?.status ?? null;
  return { status, message: status === null ? (error.code ?? error.message) : `answered ${status}` };
}

/** An error of a call as a value, in words for the operator; `setting` is the prefix of the settings that mend it (`PROMETHEUS`). */
export function callFailure(error: unknown, server: string, setting: string, timeoutMs: number): CallFailure {
  const said = (kind: CallFailure['kind'], status: number | null, message: string): CallFailure => ({
    kind,
    status,
    message: headOf(message, LONGEST),
  });
  if (!isCallError(error)) return said('unreachable', null, `${server} can't be asked: ${String(error)}`);
  if (/maxContentLength/.test(error.message))
    return said(
      'too_large',
      null,
      `${server} answered more than the ${(error.config?.maxContentLength ?? 0) / 1024 / 1024} MiB that are taken.`,
    );
  if (error.response) {
    const { status } = error.response;
    if (status === 401)
      return said(
        'refused',
        401,
        `${server} wants a login that it didn't get (401): check ${setting}_TOKEN, or the user and password in ${setting}_URL.`,
      );
    if (status === 403)
      return said(
        'refused',
        403,
        `${server} knows who asks and refuses (403): give the login of ${setting}_URL the right to read.`,
      );
    if (status >= 300 && status < 400)
      return said(
        'answered',
        status,
        `${server} sends us elsewhere (${status}), as a login page does: check ${setting}_URL and ${setting}_TOKEN.`,
      );
    return said('answered', status, `${server} answered ${status}.`);
  }
  if (error.code === 'ECONNABORTED' || error.code === 'ETIMEDOUT')
    return { ...said('unreachable', null, `${server} gave no answer within ${timeoutMs} ms.`), timedOut: true };
  const tls = TLS_WORDS[error.code ?? ''];
  if (tls)
    return said(
      'unreachable',
      null,
      `${server} can't be trusted: ${tls} (${error.code}); ${setting}_CA names an authority of your own.`,
    );
  return said('unreachable', null, `${server} can't be reached: ${error.code ?? error.message}`);
}
