/** For how long a tenant's data is kept: part of the tenant's document, no longer than the operator allows. */
import type { Fault } from '@adherence/domain/configuration/command.ts';
import type { Tenant } from '@adherence/domain/configuration/entities.ts';

/** `days`: null = as long as the operator keeps data. */
export function withRetention({ retentionDays: _, ...rest }: Tenant, days: number | null): Tenant {
  return days === null ? rest : { ...rest, retentionDays: days };
}

/** `mostDays`: null while no owner has told what the operator allows. */
export const retentionFaults = (days: number | null, mostDays: number | null, path: string): Fault[] =>
  days !== null && mostDays !== null && days > mostDays
    ? [{ path, message: `must be at most ${mostDays}, for which the operator keeps data` }]
    : [];
