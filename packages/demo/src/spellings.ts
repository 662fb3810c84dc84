/**
 * The spellings that comparable platforms use for one and the same item (odigo-notifications.md, "The contract we
 * accept"): names of fields, forms of time, shapes of ids and break types.
 */
import { instantOf, offsetAt } from '@adherence/domain/calendar.ts';
import type { Instant } from '@adherence/domain/model.ts';

export interface Spelling {
  /** null: this platform gives its events no ids. */
  readonly idKey: string | null;
  /** Nested names are written with a dot. */
  readonly agentKey: string;
  readonly statusKey: string;
  readonly breakKey: string;
  readonly breakShape: 'text' | 'labelled';
  readonly timeKey: string;
  readonly time: (at: Instant, timeZone: string) => string | number;
  readonly sequenceKey: string | null;
  /** Whether user ids of digits are written as numbers. */
  readonly numericIds: boolean;
  /** Flat enough for a form. */
  readonly form: boolean;
}

const classic: Spelling = {
  idKey: 'eventId',
  agentKey: 'agentId',
  statusKey: 'status',
  breakKey: 'breakType',
  breakShape: 'text',
  timeKey: 'occurredAt',
  time: (at) => new Date(at).toISOString(),
  sequenceKey: 'sequence',
  numericIds: false,
  form: false,
};

export const spellings: readonly [Spelling, ...Spelling[]] = [
  classic,
  { ...classic, agentKey: 'agentLogin', time: withOffset, sequenceKey: null, form: true },
  {
    ...classic,
    idKey: 'id',
    agentKey: 'login',
    statusKey: 'state',
    breakKey: 'pauseType',
    breakShape: 'labelled',
    timeKey: 'timestamp',
    time: (at) => at,
    sequenceKey: 'seq',
    numericIds: true,
  },
  {
    ...classic,
    idKey: 'uid',
    agentKey: 'user.login',
    statusKey: 'agentState',
    breakKey: 'reason',
    timeKey: 'date',
    time: localTime,
    sequenceKey: null,
  },
  {
    ...classic,
    idKey: null,
    agentKey: 'agent_id',
    statusKey: 'code',
    breakKey: 'breakId',
    timeKey: 'stateStart',
    time: (at) => String(Math.floor(at / 1000)),
    sequenceKey: 'version',
    numericIds: true,
    form: true,
  },
  {
    ...classic,
    idKey: 'notificationId',
    agentKey: 'userId',
    statusKey: 'agentStatus',
    breakKey: 'reasonCode',
    timeKey: 'date_time',
    time: (at) => new Date(at).toISOString().replace('Z', '0000Z'),
  },
];

/** ISO with the offset of the platform's zone. */
function withOffset(at: Instant, timeZone: string): string {
  const minutes = offsetAt(timeZone, at) / 60_000;
  const sign = minutes < 0 ? '-' : '+';
  const two = (n: number) => String(n).padStart(2, '0');
  const offset = `${sign}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
  return new Date(at + minutes * 60_000).toISOString().slice(0, 19) + offset;
}

/** `YYYY-MM-DD HH:mm:ss` without a zone; in the hour that exists twice only its first run can be written so. */
function localTime(at: Instant, timeZone: string): string {
  const wallClock = at + offsetAt(timeZone, at);
  if (instantOf(timeZone, wallClock).instant !== at) return withOffset(at, timeZone);
  return new Date(wallClock).toISOString().slice(0, 19).replace('T', ' ');
}
