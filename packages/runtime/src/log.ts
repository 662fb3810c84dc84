/** Structured logs: a constant message and fields, one JSON object a line. Secrets and personal data are cut out. */
import { type DestinationStream, pino } from 'pino';

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Log;
}

/** Fields that may never appear, at the top or one or two levels down; a safety net, not a licence to log them. */
const secret = [
  'token',
  'urlToken',
  'authorization',
  'cookie',
  'password',
  'secret',
  'body',
  'externalUserId',
  'email',
  'phone',
];
const paths = secret.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `headers["${name}"]`]);

export interface LogOptions {
  readonly service: string;
  readonly version?: string;
  /** debug, info, warn, error or silent. */
  readonly level?: string;
  readonly destination?: DestinationStream;
}

export function createLog({ service, version, level = 'info', destination }: LogOptions): Log {
  return pino(
    {
      level,
      base: version ? { service, version } : { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths, censor: '[cut]' },
      serializers: { error: errorFields },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
}

/** Says nothing; for tests. */
export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLog,
};

/** Type, code, message, stack and causes. Other properties are left out: clients hang requests with data onto them. */
function errorFields(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return String(thrown);
  const { code } = thrown as { code?: unknown };
  return {
    type: thrown.name,
    ...(code === undefined ? {} : { code }),
    message: thrown.message,
    stack: thrown.stack,
    ...(thrown.cause === undefined ? {} : { cause: errorFields(thrown.cause) }),
  };
}
