/** Segments in memory -> rows of person_days, and the messages of the live board. */
import { noAmounts } from '@adherence/domain/compute/cells.ts';
import { type PersonDay, personDays } from '@adherence/domain/compute/person-days.ts';
import { type Rules, rulesVersion } from '@adherence/domain/compute/rules.ts';
import type { Instant, Segment } from '@adherence/domain/model.ts';
import type { OutMessage } from '@adherence/runtime/broker/broker.ts';
import { topics } from '@adherence/schemas/topics.ts';
import {
  contentHash,
  dayCell,
  packVersion,
  personDayRow,
  type ResultVersion,
  type Row,
} from '@adherence/store/rows.ts';
import type { DayCell } from '@adherence/store/stored-days.ts';
import type { Person } from '../domain/person.ts';
import type { Partition } from '../partition.ts';
import type { WrittenDay } from './written.ts';

/** A day of a person, computed: its row, and what it is compared by. */
export interface ComputedDay extends WrittenDay {
  readonly personId: string;
  readonly contentHash: string;
  readonly row: () => Row;
  readonly cells: () => DayCell[];
}

/** Every day from `from` up to what the person is computed to; `until`: up to when it is final. */
export function computedDays(
  person: ComputedFor,
  { activityType }: Rules,
  segments: readonly Segment[],
  { from, to = person.computedTo }: { readonly from: Instant; readonly to?: Instant },
  until: Instant,
  at: Omit<ResultVersion, 'asOf'>,
): ComputedDay[] {
  return personDays(segments, activityType, person.calendar, from, to).map((day) =>
    computedDay(person, day, until, at),
  );
}

/**
 * A date that has not begun in the person's zone, of which a row is stored: that of a zone further east, which the
 * person has left. Its time is in the days before; it lasts no time, so that nobody waits for it to be computed.
 */
export function emptiedDay(person: ComputedFor, date: string, at: Omit<ResultVersion, 'asOf'>): ComputedDay {
  const now = person.computedTo;
  const nothing = { day: date, from: now, to: now, totals: noAmounts, cells: [], segments: [] };
  return computedDay(person, nothing, now, at);
}

export const isEmptied = ({ from, to }: Pick<WrittenDay, 'from' | 'to'>): boolean => from === to;

type ComputedFor = Pick<Person, 'tenantId' | 'personId' | 'timeZone' | 'calendar' | 'computedTo'>;

function computedDay(
  person: ComputedFor,
  day: PersonDay,
  until: Instant,
  at: Omit<ResultVersion, 'asOf'>,
): ComputedDay {
  const resultVersion = { ...at, asOf: person.computedTo };
  const hash = contentHash(person.timeZone, day);
  return {
    personId: person.personId,
    day: day.day,
    from: day.from,
    to: day.to,
    version: packVersion(resultVersion),
    finalUntil: until,
    rulesVersion,
    contentHash: hash,
    row: () => personDayRow(person, day, resultVersion, until, hash),
    cells: () => day.cells.map(dayCell),
  };
}

export interface LiveRow {
  readonly tenantId: string;
  readonly personId: string;
  readonly asOf: Instant;
  readonly eventsUntil: Instant;
  readonly scheduledActivityId: string | null;
  readonly scheduledUntil: Instant | null;
  readonly actual: Person['segments'][number]['actual'];
  readonly state: string | null;
  readonly since: Instant;
  readonly inBuffer: boolean;
  readonly bufferEndsAt: Instant | null;
  readonly offset: number;
}

/** Live rows of people whose state differs from what was published last. */
export function liveMessages(
  partition: Partition,
  people: Iterable<Person>,
  published: WeakMap<Person, string>,
  eventsUntil: Instant,
): OutMessage[] {
  const messages: OutMessage[] = [];
  for (const person of people) {
    const { live } = person;
    if (!live) continue;
    const shown = JSON.stringify(live);
    if (published.get(person) === shown) continue;
    published.set(person, shown);
    const { tenantId, personId, computedTo } = person;
    const row: LiveRow = {
      tenantId,
      personId,
      asOf: computedTo,
      eventsUntil,
      ...live,
      offset: partition.position,
    };
    messages.push(liveMessage(partition, person.key, Buffer.from(JSON.stringify(row))));
  }
  return messages;
}

/** Takes a person off the board. */
export const liveTombstone = (partition: Partition, key: string): OutMessage =>
  liveMessage(partition, key, null);

const liveMessage = (partition: Partition, key: string, value: Buffer | null): OutMessage => ({
  topic: topics.live.name,
  partition: partition.number,
  key,
  value,
});
