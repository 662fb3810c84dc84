/**
 * Schedule commands: sent to the owner of the person on activity.events, who judges and stores them; the outcome comes
 * back on schedule.outcomes. Without an outcome in time nobody knows whether the command will still be taken, and
 * sending it again is safe.
 */
import type { Batch, Broker, OutMessage } from '@adherence/runtime/broker/broker.ts';
import type { Clock, Timer } from '@adherence/runtime/clock.ts';
import type { Codec } from '@adherence/runtime/codec.ts';
import { DeadlineError, type OperationalError } from '@adherence/runtime/errors.ts';
import type { ScheduleSet } from '@adherence/schemas/records.ts';
import { partitionOf, personKey, streamPartitions, topics } from '@adherence/schemas/topics.ts';

export interface ScheduleResult {
  readonly shiftDate: string;
  readonly ok: boolean;
  readonly created: boolean;
  readonly unchanged: boolean;
  readonly etag: string | null;
  readonly problem: 'stale' | 'invalid' | null;
  readonly errors: readonly { readonly path: string; readonly message: string }[];
}

export interface ScheduleOutcome {
  readonly commandId: string;
  readonly tenantId: string;
  readonly personId: string;
  readonly results: readonly ScheduleResult[];
}

export interface ScheduleCommands {
  /**
   * Outcomes in the order of the commands. Rejects with DeadlineError when none has come for the limit: commands
   * without one may still take effect. `onOutcome` is told of each as it comes, by the index of its command.
   */
  readonly send: (
    commands: readonly ScheduleSet[],
    onOutcome?: (index: number) => void,
  ) => Promise<ScheduleOutcome[]>;
  readonly failed: Promise<never>;
  readonly close: () => Promise<void>;
}

export interface ScheduleCommandsOptions {
  readonly broker: Broker;
  readonly produce: (messages: readonly OutMessage[]) => Promise<void>;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly limitMs: number;
}

/** Commands sent in one request to the broker. */
const sentAtOnce = 200;

export async function openScheduleCommands(options: ScheduleCommandsOptions): Promise<ScheduleCommands> {
  const { broker, produce, codec, clock, limitMs } = options;
  const waiting = new Map<string, (outcome: ScheduleOutcome) => void>();
  const tail = await broker.tail({ topic: topics.scheduleOutcomes.name, from: 'end' }, (batch) => {
    for (const outcome of outcomesOf(batch)) waiting.get(outcome.commandId)?.(outcome);
  });
  await tail.caughtUp;

  return {
    async send(commands, onOutcome) {
      const silence = createSilence(clock, limitMs);
      const outcomes = commands.map(
        ({ commandId }, index) =>
          new Promise<ScheduleOutcome>((resolve) => {
            waiting.set(commandId, (outcome) => {
              silence.broken();
              onOutcome?.(index);
              resolve(outcome);
            });
          }),
      );
      try {
        const sent = sendAll(produce, codec, commands);
        return await Promise.race([sent.then(() => Promise.all(outcomes)), silence.over, tail.failed]);
      } finally {
        silence.end();
        for (const { commandId } of commands) waiting.delete(commandId);
      }
    },
    failed: tail.failed,
    close: () => tail.close(),
  };
}

async function sendAll(
  produce: ScheduleCommandsOptions['produce'],
  codec: Codec,
  commands: readonly ScheduleSet[],
): Promise<void> {
  for (let i = 0; i < commands.length; i += sentAtOnce) {
    await produce(commands.slice(i, i + sentAtOnce).map((command) => messageOf(codec, command)));
  }
}

function messageOf(codec: Codec, command: ScheduleSet): OutMessage {
  const key = personKey(command.tenantId, command.personId);
  return {
    topic: topics.activityEvents.name,
    partition: partitionOf(key, streamPartitions),
    key,
    value: codec.encode('ScheduleSet', command),
  };
}

/** Rejects once nothing has been heard for the limit. */
function createSilence(clock: Clock, limitMs: number) {
  let timer: Timer | null = null;
  let fail: (error: OperationalError) => void = () => {};
  const over = new Promise<never>((_, reject) => {
    fail = reject;
  });
  over.catch(() => {}); // Told to whoever races it; nobody may be left when it comes.
  const start = () => {
    timer = clock.setTimer(() => fail(new DeadlineError('schedule outcome', limitMs)), limitMs);
  };
  start();
  return {
    over,
    broken() {
      timer?.clear();
      start();
    },
    end: () => timer?.clear(),
  };
}

/** Records that are no outcome concern nobody who waits. */
function outcomesOf({ messages }: Batch): ScheduleOutcome[] {
  return messages.flatMap(({ value }) =>
    value ? [JSON.parse(value.toString('utf8')) as ScheduleOutcome] : [],
  );
}
