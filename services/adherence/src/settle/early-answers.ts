/**
 * Answers to schedule commands that come while a settling works on what came before them: their documents are stored
 * and the outcomes told at once, since somebody waits. The offset is committed by a later settling, so a crash in
 * between makes their next owner judge them again, to the same outcome.
 */
import { asError } from '@adherence/runtime/errors.ts';
import { scheduleColumns } from '@adherence/store/rows.ts';
import type { Owner } from '../owner.ts';
import { newUnsettled, type Partition, putBack } from '../partition.ts';
import { outcomeMessages } from './publish.ts';

export interface EarlyAnswers {
  /** From now on commands are answered as they are taken, those that wait already too. `fence` throws once fenced. */
  readonly begin: (fence: () => void) => void;
  /** Something was taken. */
  readonly taken: () => void;
  /** No more; resolves when what is under way has ended. What could not be stored is unsettled again. */
  readonly end: () => Promise<void>;
}

export function createEarlyAnswers({ db, producer, log, partitions }: Owner): EarlyAnswers {
  let fence: (() => void) | null = null;
  let running: Promise<void> | null = null;

  const answer = async (isOwned: () => void): Promise<void> => {
    const waiting = [...partitions.values()].flatMap(takeOff);
    if (waiting.length === 0) return;
    try {
      const rows = waiting.flatMap(({ schedules }) => schedules);
      isOwned();
      if (rows.length > 0) await db.insertRows('schedules', scheduleColumns, rows);
      isOwned();
      await producer.send(waiting.flatMap(({ outcomes }) => outcomeMessages(outcomes)));
    } catch (error) {
      // The next settling does it, with what else it does about such an error.
      for (const { partition, schedules, outcomes } of waiting)
        putBack(partition, { ...newUnsettled(), schedules, outcomes });
      fence = null;
      log.warn({ error: asError(error) }, 'schedule commands are answered with the next settling');
    }
  };
  const answerAll = async (): Promise<void> => {
    while (fence !== null && [...partitions.values()].some(({ unsettled }) => unsettled.outcomes.length > 0))
      await answer(fence);
  };
  const taken = () => {
    if (fence === null) return;
    running ??= answerAll().finally(() => {
      running = null;
    });
  };
  return {
    begin(isOwned) {
      fence = isOwned;
      taken();
    },
    taken,
    async end() {
      fence = null;
      await running;
    },
  };
}

function takeOff(partition: Partition) {
  const { schedules, outcomes } = partition.unsettled;
  if (outcomes.length === 0) return [];
  return [{ partition, schedules: schedules.splice(0), outcomes: outcomes.splice(0) }];
}
