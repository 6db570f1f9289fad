import { callFailureWords, createHttpClient, shownUrl } from '../adapters/outgoing/http-client.ts';

/** Why a running Nightshift gave no usable answer, in words; `status` where it answered at all. */
export class NightshiftApiError extends Error {
  readonly status: number | null;
  constructor(message: string, status: number | null) {
    super(message);
    this.status = status;
  }
}

export type NightshiftApi = {
  /** Rejects with an `ApiError`. */
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
};

const CALL_MS = 30_000;
const MOST_BYTES = 256 * 1024 * 1024;

/** The API of a running Nightshift, as the verbs of the command line ask it. */
export function nightshiftApi(url: string, token: string | null, timeoutMs = CALL_MS): NightshiftApi {
  if (!/^https?:\/\/./.test(url) || !URL.canParse(url))
    throw new NightshiftApiError(`--url: “${url}” is no http address`, null);
  const http = createHttpClient({
    url,
    timeoutMs,
    maxBodyBytes: MOST_BYTES,
    token: token ?? undefined,
    // What stands before it may send from http to https; another host isn't shown the token.
    followsRedirects: true,
  });
  const asked = async <T>(call: Promise<{ data: T }>): Promise<T> => {
    try {
      return (await call).data;
    } catch (error) {
      const said = callFailureWords(error);
      if (said === null) throw error;
      throw new NightshiftApiError(
        `${shownUrl(url)}: ${said.status === 401 ? WRONG_TOKEN : said.message}`,
        said.status,
      );
    }
  };
  return {
    get: <T>(path: string) => asked(http.get<T>(path)),
    post: <T>(path: string, body: unknown) => asked(http.post<T>(path, body)),
  };
}

const WRONG_TOKEN = 'the token is missing or wrong: set NIGHTSHIFT_API_TOKEN (or NIGHTSHIFT_API_TOKEN_FILE)';
