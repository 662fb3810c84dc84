/** Requests to the API of this console. Errors carry what the server said, so that a screen can repeat it. */
import type { Page } from './types.ts';

export class ApiError extends Error {
  /** HTTP status; 0 when the server could not be reached. */
  readonly status: number;
  readonly faults: readonly { readonly path: string; readonly message: string }[];

  constructor(status: number, detail: string, faults: ApiError['faults'] = []) {
    super(detail);
    this.name = 'ApiError';
    this.status = status;
    this.faults = faults;
  }
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export async function getJson<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return (await request('GET', pathWith(path, query), undefined, signal)) as T;
}

/** All pages of a list, up to a limit that no screen of ours can show anyway. */
export async function getAll<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await getJson<Page<T>>(path, { limit: pageSize, ...query, cursor }, signal);
    all.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && all.length < maxItems);
  return all;
}

export const postJson = (path: string, body: unknown): Promise<unknown> => request('POST', path, body);
export const deleteAt = (path: string): Promise<unknown> => request('DELETE', path);

/** Told of every answer, so that one place judges a session that has ended and the server's clock. */
export const observers: {
  onUnauthorized: () => void;
  onDate: (serverDate: number, receivedAt: number) => void;
} = { onUnauthorized: () => {}, onDate: () => {} };

const base = '/api/v1';
const pageSize = 1000;
const maxItems = 100_000;

export function pathWith(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text ? `${path}?${text}` : path;
}

export const apiUrl = (path: string): string => `${base}${path}`;

async function request(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<unknown> {
  const response = await send(method, path, body, signal);
  const date = Date.parse(response.headers.get('date') ?? '');
  if (!Number.isNaN(date)) observers.onDate(date, Date.now());
  if (response.ok) return response.status === 204 ? null : response.json();
  if (response.status === 401 && path !== '/session') observers.onUnauthorized();
  throw await problemOf(response);
}

async function send(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  try {
    return await fetch(apiUrl(path), {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, '');
  }
}

async function problemOf(response: Response): Promise<ApiError> {
  const isProblem = response.headers.get('content-type')?.includes('problem+json') ?? false;
  if (!isProblem) return new ApiError(response.status, '');
  const { detail, title, errors } = (await response.json()) as {
    detail?: string;
    title?: string;
    errors?: ApiError['faults'];
  };
  return new ApiError(response.status, detail ?? title ?? '', errors ?? []);
}
