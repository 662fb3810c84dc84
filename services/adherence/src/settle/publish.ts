/** What the owner tells others besides results: judgements of schedules, dead letters, its own progress. */
import type { Instant } from '@adherence/domain/model.ts';
import type { OutMessage, Producer } from '@adherence/runtime/broker/broker.ts';
import { topics } from '@adherence/schemas/topics.ts';
import type { Partition, ScheduleOutcome } from '../partition.ts';
import type { Settling } from './settle.ts';

/** Outcomes of schedule commands, whose documents are stored now, and records that are none of ours. */
export async function publishJudgements(producer: Producer, settlings: readonly Settling[]): Promise<void> {
  const messages = settlings.flatMap(({ unsettled }) => outcomeMessages(unsettled.outcomes));
  messages.push(...settlings.flatMap(({ unsettled }) => unsettled.dead));
  if (messages.length > 0) await producer.send(messages);
}

export const outcomeMessages = (outcomes: readonly ScheduleOutcome[]): OutMessage[] =>
  outcomes.map((outcome) => ({
    topic: topics.scheduleOutcomes.name,
    partition: 0,
    key: outcome.commandId,
    value: Buffer.from(JSON.stringify(outcome)),
  }));

/** For how long results are kept at most, for the topic `health`: who sets it for a tenant is to know. */
export const retentionMessage = (retentionMs: number): OutMessage => ({
  topic: topics.health.name,
  partition: 0,
  key: 'retention',
  value: Buffer.from(JSON.stringify({ days: retentionMs / dayMs })),
});
const dayMs = 24 * 60 * 60_000;

/** Up to when everybody of a partition is computed and its events are taken, for the topic `health`. */
export const healthMessage = (
  partition: Partition,
  asOf: Instant | null,
  eventsUntil: Instant,
): OutMessage => ({
  topic: topics.health.name,
  partition: 0,
  key: `results|${partition.number}`,
  value: Buffer.from(
    JSON.stringify({
      asOf,
      eventsUntil,
      people: partition.people.size,
      rebuilds: partition.rebuilds.size,
    }),
  ),
});
