/** Schedule documents as the API takes and shows them. */
import type { Fault } from '@adherence/domain/configuration/command.ts';
import { idSchema } from '@adherence/domain/configuration/entities.ts';
import { type TenantTables, timeZoneOf } from '@adherence/domain/configuration/tables.ts';
import type { ScheduledActivity } from '@adherence/domain/model.ts';
import { z } from 'zod';
import { dateText, instantView } from '../http/instant.ts';
import { scheduleInstant } from './local-time.ts';

export const maxActivities = 500;

const timeText = z
  .string()
  .max(40)
  .meta({ description: 'ISO 8601 with offset or Z, or a local time of the planning unit' });

export const activitySlot = z.strictObject({ activityId: idSchema, start: timeText, end: timeText });
export type ActivitySlot = z.output<typeof activitySlot>;

export const scheduleInput = z.strictObject({
  personId: idSchema.optional(),
  shiftDate: dateText.optional(),
  activities: z.array(activitySlot).max(maxActivities),
});

export const scheduleView = z.object({
  personId: z.string(),
  shiftDate: z.string(),
  activities: z.array(z.object({ activityId: z.string(), start: instantView, end: instantView })),
});

/** The zone in which local times of a person's schedule are read; null for an unknown person. */
export function scheduleZone(tables: TenantTables, personId: string): string | null {
  const person = tables.people.get(personId)?.document;
  return person ? timeZoneOf(tables, person) : null;
}

/** Reads one slot; every fault is told, with `path` before it. */
export function readSlot(
  slot: ActivitySlot,
  zone: string,
  path: string,
): { readonly activity: ScheduledActivity | null; readonly faults: readonly Fault[] } {
  const start = scheduleInstant(slot.start, zone);
  const end = scheduleInstant(slot.end, zone);
  const faults: Fault[] = [];
  if (typeof start !== 'number') faults.push({ path: `${path}start`, message: start.fault });
  if (typeof end !== 'number') faults.push({ path: `${path}end`, message: end.fault });
  const isRead = typeof start === 'number' && typeof end === 'number';
  return { activity: isRead ? { activityId: slot.activityId, start, end } : null, faults };
}

/** Reads the slots of a document, all faults at once. */
export function readSlots(
  slots: readonly ActivitySlot[],
  zone: string,
): { readonly activities: ScheduledActivity[]; readonly faults: Fault[] } {
  const read = slots.map((slot, index) => readSlot(slot, zone, `activities[${index}].`));
  return {
    activities: read.flatMap(({ activity }) => activity ?? []),
    faults: read.flatMap(({ faults }) => faults),
  };
}
