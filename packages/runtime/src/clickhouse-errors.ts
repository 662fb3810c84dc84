/** Which errors of ClickHouse and of the way to it are operational: by code and kind, never by text. */
import { ClickHouseError } from '@clickhouse/client';
import { asError, OperationalError } from './errors.ts';

/** The server understood the statement and will not have it: a programmer's error. */
export class StatementError extends Error {
  readonly code: string;

  constructor(what: string, code: string, message: string, cause: unknown) {
    super(`${what} (${code}): ${message}`, { cause });
    this.name = 'StatementError';
    this.code = code;
  }
}

/** Server exceptions that pass by themselves or when an operator acts. */
const operationalCodes: ReadonlySet<string> = new Set([
  '3', // UNEXPECTED_END_OF_FILE: the request was cut
  '74', // CANNOT_READ_FROM_FILE_DESCRIPTOR
  '75', // CANNOT_WRITE_TO_FILE_DESCRIPTOR
  '76', // CANNOT_OPEN_FILE
  '88', // CANNOT_FSYNC
  '159', // TIMEOUT_EXCEEDED
  '160', // TOO_SLOW
  '173', // CANNOT_ALLOCATE_MEMORY
  '194', // REQUIRED_PASSWORD
  '198', // DNS_ERROR
  '201', // QUOTA_EXCEEDED
  '202', // TOO_MANY_SIMULTANEOUS_QUERIES
  '203', // NO_FREE_CONNECTION
  '209', // SOCKET_TIMEOUT
  '210', // NETWORK_ERROR
  '236', // ABORTED
  '241', // MEMORY_LIMIT_EXCEEDED
  '242', // TABLE_IS_READ_ONLY
  '243', // NOT_ENOUGH_SPACE
  '252', // TOO_MANY_PARTS
  '254', // NO_ACTIVE_REPLICAS
  '279', // ALL_CONNECTION_TRIES_FAILED
  '285', // TOO_FEW_LIVE_REPLICAS
  '286', // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
  '289', // REPLICA_IS_NOT_IN_QUORUM
  '319', // UNKNOWN_STATUS_OF_INSERT
  '394', // QUERY_WAS_CANCELLED
  '425', // SYSTEM_ERROR
  '473', // DEADLOCK_AVOIDED
  '516', // AUTHENTICATION_FAILED
  '722', // ASYNC_LOAD_WAIT_FAILED
  '999', // KEEPER_EXCEPTION
]);

/** An answer that is no JSON was cut on the way or comes from a proxy: operational, like all that is not a bug here. */
export function clickHouseFailure(what: string, thrown: unknown): Error {
  if (thrown instanceof ClickHouseError) {
    return operationalCodes.has(thrown.code)
      ? new OperationalError(`CLICKHOUSE_${thrown.code}`, `ClickHouse: ${what}: ${thrown.type ?? ''}`, thrown)
      : new StatementError(what, thrown.code, thrown.message, thrown);
  }
  const error = asError(thrown);
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError)
    return error;
  if (error instanceof OperationalError) return error;
  const { code } = error as { code?: unknown };
  return new OperationalError(
    typeof code === 'string' ? code : 'CLICKHOUSE_UNREACHABLE',
    `ClickHouse: ${what}: ${error.message}`,
    error,
  );
}
