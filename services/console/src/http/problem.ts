/** The caller's fault, told as RFC 9457 problem details with every fault at once. */
import type { Fault } from '@adherence/domain/configuration/command.ts';

/** Thrown by handlers; anything else that they throw is ours. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly errors: readonly Fault[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    detail: string,
    errors: readonly Fault[] = [],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.name = 'HttpProblem';
    this.status = status;
    this.errors = errors;
    this.headers = headers;
  }
}

export const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  406: 'Not acceptable',
  409: 'Conflict',
  412: 'Changed meanwhile',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Invalid',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Not available now',
};

export function problemResponse(problem: HttpProblem): Response {
  return new Response(JSON.stringify(problemOf(problem)), {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', ...problem.headers },
  });
}

export const problemOf = ({ status, message, errors }: HttpProblem) => ({
  type: 'about:blank',
  title: titles[status] ?? 'Error',
  status,
  detail: message,
  errors,
});

/** Another tenant's id looks exactly like an unknown one. */
export const notFound = (): HttpProblem => new HttpProblem(404, 'There is nothing under this address.');

export const invalid = (...errors: readonly Fault[]): HttpProblem =>
  new HttpProblem(422, 'The request has faults; see errors.', errors);
