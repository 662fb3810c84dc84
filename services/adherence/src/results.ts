/** Segments in memory -> rows of person_days, and the messages of the live board. */
import type { PersonInputs } from '@adherence/domain/compute/compute.ts';
import { finalUntil } from '@adherence/domain/compute/live.ts';
import { personDays } from '@adherence/domain/compute/person-days.ts';
import type { Rules } from '@adherence/domain/compute/rules.ts';
import type { Instant, Segment } from '@adherence/domain/model.ts';
import type { OutMessage } from '@adherence/runtime/broker/broker.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { personDayRow, type ResultVersion, type Row } from '@adherence/store/rows.ts';
import type { Person } from './domain/person.ts';
import type { Partition } from './partition.ts';

/** Rows of every day from `from` up to what the person is computed to. */
export function resultRows(
  person: Person,
  inputs: PersonInputs,
  rules: Rules,
  segments: readonly Segment[],
  from: Instant,
  version: Omit<ResultVersion, 'asOf'>,
): Row[] {
  const until = finalUntil(inputs, rules, person.end, person.computedTo);
  return personDays(segments, rules.activityType, person.timeZone, from, person.computedTo).map((day) =>
    personDayRow(person, day, { ...version, asOf: person.computedTo }, until),
  );
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
