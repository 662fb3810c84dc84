/** Rows of the live board: what adherence publishes, and what the API shows of it. */
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import { type Actual, type Instant, type State, states } from '@adherence/domain/model.ts';
import { z } from 'zod';
import { instantView, isoOrNull, isoText } from '../http/instant.ts';

/** The JSON under `tenantId|personId` on adherence.live. */
export interface LiveRow {
  readonly tenantId: string;
  readonly personId: string;
  readonly asOf: Instant;
  readonly eventsUntil: Instant | null;
  readonly scheduledActivityId: string | null;
  readonly scheduledUntil: Instant | null;
  /** Absent from rows of before it was told. */
  readonly nextScheduled?: { readonly at: Instant; readonly activityId: string | null } | null;
  readonly actual: Actual;
  /** null = nothing to show: not scheduled and offline. */
  readonly state: State | null;
  readonly since: Instant;
  readonly inBuffer: boolean;
  readonly bufferEndsAt: Instant | null;
}

export const actualView = z.object({
  kind: z.enum(['activity', 'offline', 'unknown']),
  activityId: z.string().nullable(),
  externalStatus: z.string().nullable(),
  breakType: z.string().nullable(),
  estimated: z.boolean(),
});

export const liveItemView = z.object({
  personId: z.string(),
  name: z.string(),
  team: z.string().nullable(),
  planningUnitId: z.string(),
  scheduledActivityId: z.string().nullable(),
  scheduledUntil: instantView.nullable(),
  /** When the schedule changes next, and to what; activityId null = nothing is scheduled then. */
  nextScheduled: z.object({ at: instantView, activityId: z.string().nullable() }).nullable(),
  actual: actualView,
  state: z.enum(states),
  since: instantView,
  inBuffer: z.boolean(),
  bufferEndsAt: instantView.nullable(),
});
export type LiveItem = Omit<z.output<typeof liveItemView>, 'state'> & { readonly state: State | null };

export interface LiveFilter {
  readonly team?: string | undefined;
  readonly planningUnitId?: string | undefined;
}

/** null when the configuration knows no such person, or the filter does not want it. */
export function itemOf(row: LiveRow, tables: TenantTables, filter: LiveFilter): LiveItem | null {
  const person = tables.people.get(row.personId)?.document;
  if (!person || !isWanted(person, filter)) return null;
  const {
    personId,
    scheduledActivityId,
    scheduledUntil,
    nextScheduled = null,
    actual,
    state,
    since,
    inBuffer,
    bufferEndsAt,
  } = row;
  const { name, team, planningUnitId } = person;
  return {
    personId,
    name,
    team,
    planningUnitId,
    scheduledActivityId,
    scheduledUntil: isoOrNull(scheduledUntil),
    nextScheduled: nextScheduled ? { ...nextScheduled, at: isoText(nextScheduled.at) } : null,
    actual,
    state,
    since: isoText(since),
    inBuffer,
    bufferEndsAt: isoOrNull(bufferEndsAt),
  };
}

export const isWanted = (
  { team, planningUnitId }: { readonly team: string | null; readonly planningUnitId: string },
  filter: LiveFilter,
): boolean =>
  (filter.team === undefined || filter.team === team) &&
  (filter.planningUnitId === undefined || filter.planningUnitId === planningUnitId);
