/** The parts of the console's API that the demo uses (http-api.md). */
import { persistentFetch, type World } from './persistent-fetch.ts';

export interface ConsoleApi {
  /** The answer's JSON. Throws an ApiError for any answer but 2xx and those listed in `alsoFine`. */
  call(method: string, path: string, body?: ApiBody, alsoFine?: readonly number[]): Promise<ApiAnswer>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly value: unknown;
}

export type ApiBody = { readonly json: unknown } | { readonly csv: string };

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

export function consoleApi(world: World, consoleUrl: string, token: string): ConsoleApi {
  return {
    async call(method, path, body, alsoFine = []) {
      const { status, body: text } = await persistentFetch(world, {
        name: 'The console',
        method,
        url: new URL(`/api/v1${path}`, consoleUrl).href,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body && { 'content-type': 'json' in body ? 'application/json' : 'text/csv' }),
        },
        ...(body && { body: 'json' in body ? JSON.stringify(body.json) : body.csv }),
      });
      const value = text.startsWith('{') || text.startsWith('[') ? (JSON.parse(text) as unknown) : null;
      if ((status < 200 || status > 299) && !alsoFine.includes(status)) {
        throw new ApiError(`${method} ${path} was answered ${status}${faultsOf(value)}`, status);
      }
      return { status, value };
    },
  };
}

interface Problem {
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly path?: string; readonly message?: string }[];
}

/** The problem document of an answer in words. */
function faultsOf(value: unknown): string {
  const { title, detail, errors = [] } = (value ?? {}) as Problem;
  const faults = errors.slice(0, 5).map(({ path, message }) => `${path ?? ''} ${message ?? ''}`.trim());
  const words = [title, detail, ...faults].filter((word) => word !== undefined && word !== '');
  return words.length > 0 ? `: ${words.join('; ')}` : '';
}
