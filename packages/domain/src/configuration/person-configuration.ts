/** What the configuration says of one person, as `compute` reads it. */
import { type Rules, rulesOf } from '../compute/rules.ts';
import type { ExternalUserAssignment, Interval } from '../model.ts';
import { calendarOf } from './closed-periods.ts';
import type { Calendar } from './person-calendar.ts';
import { type ConfigurationState, exceptionsOf, type TenantTables, timeZoneOf } from './tables.ts';

export interface PersonConfiguration {
  readonly tables: TenantTables;
  readonly rules: Rules;
  /** Of the planning unit. */
  readonly timeZone: string;
  /** Cuts the person's days. */
  readonly calendar: Calendar;
  readonly externalUsers: readonly ExternalUserAssignment[];
  readonly exceptions: readonly Interval[];
}

/** null when the person is deleted or unknown. */
export function personConfiguration(
  state: ConfigurationState,
  tenantId: string,
  personId: string,
): PersonConfiguration | null {
  const tables = state.tenants.get(tenantId);
  const person = tables?.people.get(personId);
  if (!tables || !person || person.deleted) return null;
  const timeZone = timeZoneOf(tables, person.document);
  return {
    tables,
    rules: rulesOf(tables.rules),
    timeZone,
    calendar: calendarOf(tables, personId, timeZone),
    externalUsers: person.document.externalUsers,
    exceptions: exceptionsOf(tables, personId),
  };
}

/** The longest time for which the missing-logout policy may still change what lies before an event. */
export function policyReachMs({ settings }: Rules): number {
  let reach = 0;
  for (const { missingLogout } of settings.values) {
    reach = Math.max(reach, missingLogout.afterShiftEndSeconds + missingLogout.maxStatusSeconds);
  }
  return reach * 1000;
}
