/** The console's API as an administrator's program calls it, through every outage. */
import type { ApiRequest } from './api-request.ts';
import { type Answer, type Judge, persistentCall } from './persistent-call.ts';

export interface ConsoleClient {
  /** Throws for an answer that no repetition will change. */
  write(request: ApiRequest): Promise<Answer>;
  read<T>(path: string): Promise<T>;
  importSchedules(csv: string): Promise<void>;
}

/** Longer than the console waits for the outcome of a schedule. */
const timeoutMs = 25_000;
const untilAnswered: Judge = (status) => (status === 429 || status >= 500 ? 'again' : 'done');

export function consoleClient(url: string, token: string, signal: AbortSignal): ConsoleClient {
  const call = async (method: string, path: string, body: string | null, contentType: string) => {
    const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': contentType }) };
    const urls = [`${url}/api/v1${path}`];
    const answer = await persistentCall({ method, urls, headers, body }, untilAnswered, signal, timeoutMs);
    // The first attempt may have deleted it, or created it, without telling.
    const isRepeated = answer.retries > 0 && method === 'DELETE' && answer.status === 404;
    if (!isRepeated && (answer.status < 200 || answer.status > 299)) {
      throw new Error(
        `${method} ${path} was answered ${answer.status} after ${answer.retries} retries: ${answer.text}`,
      );
    }
    return answer;
  };
  return {
    write: ({ method, path, body }) =>
      call(method, path, body === null ? null : JSON.stringify(body), 'application/json'),
    read: async <T>(path: string) => JSON.parse((await call('GET', path, null, '')).text) as T,
    async importSchedules(csv) {
      const { text } = await call('POST', '/schedules/import', csv, 'text/csv');
      const { rejected } = JSON.parse(text) as { rejected: unknown[] };
      if (rejected.length > 0) throw new Error(`schedule lines were refused: ${JSON.stringify(rejected[0])}`);
    },
  };
}
