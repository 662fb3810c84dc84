/** Calls every route of a test console with requests made from its OpenAPI document. */
import type { Call, TestAnswer, TestConsole } from './console.testing.ts';
import { type Named, nameOf, type Operation, operationsOf, requestOf, sampled } from './requests.testing.ts';

export async function operationsOfConsole(call: Call): Promise<Operation[]> {
  return operationsOf((await call('GET', '/openapi.json')).body);
}

/** Answers to a few requests of the operation; of streams their first event. */
export async function answersOf(
  { running }: TestConsole,
  token: string | null,
  operation: Operation,
  named: Named,
  count = 3,
): Promise<TestAnswer[]> {
  const answers: TestAnswer[] = [];
  for (const { method, path, body } of sampled(requestOf(operation, named), 1, count)) {
    const gone = new AbortController();
    const response = await running.fetch(
      new Request(`http://console.test/api/v1${path}`, {
        method,
        signal: gone.signal,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
    const isStream = response.headers.get('content-type') === 'text/event-stream';
    const text = isStream ? await firstEvent(response) : await response.text();
    gone.abort();
    const isJson = /^application\/(problem\+)?json$/.test(response.headers.get('content-type') ?? '');
    answers.push({
      status: response.status,
      body: isJson && JSON.parse(text),
      headers: response.headers,
      text,
    });
  }
  return answers;
}

async function firstEvent(response: Response): Promise<string> {
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value);
}

/** Fails with the name of the operation. */
export const about = (operation: Operation, answer: TestAnswer): string =>
  `${nameOf(operation)}: ${answer.status} ${answer.text.slice(0, 300)}`;
