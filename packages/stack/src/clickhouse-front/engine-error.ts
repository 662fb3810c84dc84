/** What the engine, or this front in its place, answers with a ClickHouse error code. */
export class EngineError extends Error {
  readonly code: number;

  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message.startsWith('Code:') ? message : `Code: ${code}. DB::Exception: ${message}`, options);
    this.name = 'EngineError';
    this.code = code;
  }
}

/** After this the engine serves nothing any more: the process has to end and be started again. */
export const isFatal = (error: EngineError): boolean => error.code === 236;

/** The HTTP status that a ClickHouse server gives that code (`exceptionCodeToHTTPStatus` in its source). */
export function httpStatusOf(code: number): number {
  for (const [status, codes] of Object.entries(statuses)) if (codes.has(code)) return Number(status);
  return 500;
}

const statuses: Readonly<Record<string, ReadonlySet<number>>> = {
  400: new Set([
    6, 26, 27, 38, 41, 42, 43, 44, 53, 62, 63, 69, 70, 72, 73, 80, 109, 113, 117, 130, 131, 158, 184, 194,
    215, 307, 386, 407, 456, 457, 467, 636,
  ]),
  403: new Set([164, 291, 497]),
  404: new Set([46, 47, 50, 56, 60, 81, 82, 115]),
  408: new Set([159]),
  413: new Set([55]),
  501: new Set([48]),
  503: new Set([76, 202, 209, 439]),
};
