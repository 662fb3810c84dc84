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

/** An answer that is read as it comes, of a type. */
export const getStream = (
  path: string,
  query: Query,
  accept: string,
  signal: AbortSignal,
): Promise<Response> => answered('GET', pathWith(path, query), undefined, signal, { accept });

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

/** `etag`: only if that version still stands; null: only where there is none yet; absent: in any case. */
export const postJson = (path: string, body: unknown, etag?: string | null): Promise<unknown> =>
  request('POST', path, body, undefined, etag === undefined ? {} : conditionOf(etag));

/** Removes; with the tag of the version that was seen, only that one. */
export const deleteAt = (path: string, query: Query = {}, etag: string | null = null): Promise<unknown> =>
  request('DELETE', pathWith(path, query), undefined, undefined, etag === null ? {} : { 'if-match': etag });

/** A document with the tag of its version. */
export interface Versioned<T> {
  readonly value: T;
  readonly etag: string | null;
}

export async function getVersioned<T>(path: string, signal?: AbortSignal): Promise<Versioned<T>> {
  const response = await answered('GET', path, undefined, signal);
  return { value: (await response.json()) as T, etag: response.headers.get('etag') };
}

/** Replaces the version of the tag only, or an ApiError of 412. null: only where there is nothing; absent: in any case. */
export async function putVersioned<T>(
  path: string,
  body: unknown,
  etag?: string | null,
): Promise<Versioned<T>> {
  const headers = etag === undefined ? {} : conditionOf(etag);
  const response = await answered('PUT', path, body, undefined, headers);
  return { value: (await response.json()) as T, etag: response.headers.get('etag') };
}

/** Sends a file as it is; resolves with the answer line by line, each a JSON document. */
export async function* postFile(
  path: string,
  file: Blob,
  type: string,
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  const headers = { 'content-type': type, accept: 'application/x-ndjson' };
  const response = await answered('POST', path, file, signal, headers);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value = '' } = await readOn(reader);
    const lines = (rest + value).split('\n');
    rest = done ? '' : lines.pop()!;
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line);
    if (done) return;
  }
}

async function readOn(reader: ReadableStreamDefaultReader<string>) {
  try {
    return await reader.read();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, '');
  }
}

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

const conditionOf = (etag: string | null): Record<string, string> =>
  etag === null ? { 'if-none-match': '*' } : { 'if-match': etag };

type Headers = Readonly<Record<string, string>>;

async function request(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  headers: Headers = {},
): Promise<unknown> {
  const response = await answered(method, path, body, signal, headers);
  return response.status === 204 ? null : response.json();
}

/** The answer of a request that was granted; anything else is an ApiError. */
async function answered(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  headers: Headers = {},
): Promise<Response> {
  const response = await send(method, path, body, signal, headers);
  const date = Date.parse(response.headers.get('date') ?? '');
  if (!Number.isNaN(date)) observers.onDate(date, Date.now());
  if (response.ok) return response;
  if (response.status === 401 && path !== '/session') observers.onUnauthorized();
  throw await problemOf(response);
}

async function send(
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal | undefined,
  more: Headers,
): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' };
  const isFile = body instanceof Blob;
  if (body !== undefined && !isFile) headers['content-type'] = 'application/json';
  try {
    return await fetch(apiUrl(path), {
      method,
      headers: { ...headers, ...more },
      body: body === undefined ? null : isFile ? body : JSON.stringify(body),
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
