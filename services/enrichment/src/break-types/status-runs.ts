/**
 * What is known of each external user's current status, as far as break types need it: a run is one status that goes
 * on over repeats. Only users of integrations that import break details are kept, the longest silent ones let go first.
 */
import { contentKey } from '@adherence/domain/compute/break-types.ts';
import { compareFacts } from '@adherence/domain/compute/facts.ts';
import type { ActivityEvent } from '@adherence/schemas/records.ts';

export interface StatusRun {
  readonly user: string;
  readonly tenantId: string;
  readonly integrationId: string;
  readonly externalUserId: string;
  /** null: not a break that is looked up. */
  readonly status: string | null;
  latest: RunEvent;
  /** Facts of the run without a break type, oldest first. */
  waiting: Waiting[];
  /** The break type told last in this run, and when it was asked for. */
  known: { readonly breakType: string; readonly askedAt: number } | null;
  asking: boolean;
  /** Answers in a row that told nothing. */
  fruitless: number;
}

type RunEvent = Pick<ActivityEvent, 'occurredAt' | 'sequence' | 'dedupKey' | 'contentHash' | 'receivedAt'>;

export interface Waiting {
  readonly event: ActivityEvent;
  /** Its record is not committed as long as this is true. */
  held: boolean;
}

export interface StatusRuns {
  /**
   * Notes an event in its order of arrival; answers the run that it belongs to when it is the user's current status,
   * null when a later one is known or it is a repetition of the record.
   */
  note(event: ActivityEvent, isWanted: boolean): StatusRun | null;
  isCurrent(run: StatusRun): boolean;
  clear(): void;
}

/** `onEnd` is told of runs that are no longer current. */
export function createStatusRuns(onEnd: (run: StatusRun) => void, maxUsers = 200_000): StatusRuns {
  const runs = new Map<string, StatusRun>();

  const end = (run: StatusRun) => {
    runs.delete(run.user);
    onEnd(run);
  };

  return {
    note(event, isWanted) {
      const { tenantId, integrationId, externalUserId } = event;
      const user = `${tenantId}|${integrationId}|${externalUserId}`;
      const current = runs.get(user);
      if (current) {
        if (compareFacts(event, current.latest) < 0 || contentKey(event) === contentKey(current.latest))
          return null;
        if (isWanted && current.status === event.status) {
          current.latest = event;
          // To the end: from the beginning users are let go.
          runs.delete(user);
          runs.set(user, current);
          return current;
        }
        end(current);
      }
      const run: StatusRun = {
        user,
        tenantId,
        integrationId,
        externalUserId,
        status: isWanted ? event.status : null,
        latest: event,
        waiting: [],
        known: null,
        asking: false,
        fruitless: 0,
      };
      runs.set(user, run);
      if (runs.size > maxUsers) end(runs.values().next().value!);
      return run;
    },
    isCurrent: (run) => runs.get(run.user) === run,
    clear: () => runs.clear(),
  };
}
