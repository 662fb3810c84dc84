/** An owner of one person on a real database, without a broker, for tests: what it takes, settles and stores. */
import type { Command } from '@adherence/domain/configuration/command.ts';
import { fold } from '@adherence/domain/configuration/decide.ts';
import { command, contactCentre } from '@adherence/domain/configuration/given.testing.ts';
import { emptyState } from '@adherence/domain/configuration/tables.ts';
import type { InMessage, OutMessage } from '@adherence/runtime/broker/broker.ts';
import type { ClickHouse } from '@adherence/runtime/clickhouse.ts';
import { systemClock } from '@adherence/runtime/clock.ts';
import { createLocalCodec } from '@adherence/runtime/codec.ts';
import { silentLog } from '@adherence/runtime/log.ts';
import type { ActivityEvent, ScheduleSet } from '@adherence/schemas/records.ts';
import { personKey, topics } from '@adherence/schemas/topics.ts';
import type { Owner } from './owner.ts';
import { partitionOfPerson } from './partition.ts';
import { type AdherenceProcessor, adherenceProcessor } from './processor.ts';
import { newChangeNotes, noteChange } from './recompute/configuration-changes.ts';

export const annPartition = partitionOfPerson('t1', 'ann');
const ann = {
  name: 'Ann',
  planningUnitId: 'paris',
  externalUsers: [{ integrationId: 'odigo', externalUserId: 'ann' }],
};
const mapping = { integrationId: 'odigo', status: 'AVAILABLE', breakType: null, activityId: 'calls' };
/** A centre with Ann, who is in the unit `paris`. */
export const annsCentre: readonly Command[] = [
  ...contactCentre,
  command('statusMapping', '', mapping),
  command('person', 'ann', ann),
];

export interface TestOwner {
  readonly processor: AdherenceProcessor;
  /** What it has sent so far. */
  readonly sent: readonly OutMessage[];
  /** Folds more of the configuration. */
  readonly later: (commands: readonly Command[]) => void;
  /** Goes on to an instant. */
  readonly at: (now: number) => void;
  /** Takes and settles. */
  readonly takes: (...messages: InMessage[]) => Promise<void>;
  readonly settles: () => Promise<void>;
}

/** Of Ann's partition, from an offset on; `onInsert` sees, and may refuse, what is stored. */
export async function ownerOfAnn(
  db: ClickHouse,
  commands: readonly Command[],
  now: number,
  from: { readonly offset: number | null; readonly asked?: number } = { offset: null },
  onInsert = (_table: string, _rows: readonly (readonly unknown[])[]): void => {},
): Promise<TestOwner> {
  const notes = newChangeNotes(0);
  const sent: OutMessage[] = [];
  const state = emptyState();
  let clock = now;
  let offset = 0;
  const later = (more: readonly Command[]) => {
    for (const each of more) {
      const { outcome } = fold(state, each, offset++);
      if (!outcome.ok) throw new Error(`${each.entity}: ${JSON.stringify(outcome.errors)}`);
      if (outcome.change) noteChange(notes, outcome.change, state);
    }
  };
  later(commands);
  const owner: Owner = {
    db: {
      insertRows: async (table, columns, rows, types) => {
        onInsert(table, rows);
        await db.insertRows(table, columns, rows, types);
      },
      query: db.query,
      queryBlocks: db.queryBlocks,
      command: db.command,
    },
    producer: { send: async (messages) => void sent.push(...messages), close: async () => {} },
    codec,
    clock: { ...systemClock, now: () => clock },
    log: silentLog,
    configuration: { state: () => state, offset: () => offset, waitFor: async () => {} },
    unknownFrom: () => null,
    partitions: new Map(),
    endOffsets: async () => [],
    feeds: new Map(),
    retentionMs: 400 * 24 * 60 * 60_000,
  };
  const processor = adherenceProcessor(owner, notes, () => {});
  const metadata = from.asked === undefined ? null : JSON.stringify({ configurationAsked: from.asked });
  await processor.assigned([{ partition: annPartition, offset: from.offset, metadata }]);
  const settles = async () => {
    do await processor.settle('asked');
    while (processor.hasWork());
  };
  return {
    processor,
    sent,
    later,
    at: (to) => {
      clock = to;
    },
    async takes(...messages) {
      const highWatermark = messages.at(-1)!.offset + 1;
      await processor.take({ partition: annPartition, messages, highWatermark });
      await settles();
    },
    settles,
  };
}

const codec = createLocalCodec();

const message = (offset: number, value: Buffer): InMessage => ({
  topic: topics.activityEvents.name,
  partition: annPartition,
  offset,
  key: personKey('t1', 'ann'),
  value,
  timestamp: 0,
  headers: {},
});

/** Ann is scheduled for calls. */
export function scheduleSet(offset: number, shiftDate: string, start: number, end: number): InMessage {
  const activities = [{ activityId: 'calls', start, end }];
  const record: ScheduleSet = {
    tenantId: 't1',
    personId: 'ann',
    commandId: `c${offset}`,
    documents: [{ shiftDate, ifMatch: null, remove: false, activities }],
    configurationOffset: 0,
    writtenBy: 'token:planner',
    writtenAt: start,
  };
  return message(offset, codec.encode('ScheduleSet', record));
}

/** A notification of an integration was accepted. */
export function feedMark(offset: number, integrationId: string, at: number): InMessage {
  const marks = [{ second: Math.floor(at / 1000), least: at, greatest: at }];
  return message(offset, codec.encode('FeedMarks', { tenantId: 't1', integrationId, marks }));
}

/** Ann is available, or logs out (`status` null). */
export function statusEvent(
  offset: number,
  status: string | null,
  occurredAt: number,
  receivedAt = occurredAt,
): InMessage {
  const record: ActivityEvent = {
    tenantId: 't1',
    integrationId: 'odigo',
    externalUserId: 'ann',
    eventType: status === null ? 'LOGOUT' : 'STATUS',
    status,
    breakType: null,
    occurredAt,
    sequence: null,
    dedupKey: `e${offset}`,
    contentHash: `e${offset}`,
    receivedAt,
    flags: [],
    detail: {},
    personId: 'ann',
    activityId: null,
    configurationOffset: 0,
    sourcePartition: 0,
    sourceOffset: offset,
  };
  return message(offset, codec.encode('ActivityEvent', record));
}
