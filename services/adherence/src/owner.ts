/** What the parts of the adherence service share: resources, partitions owned, feeds as their people were told. */
import type { Feed } from '@adherence/domain/compute/actual.ts';
import { type Rules, rulesOf } from '@adherence/domain/compute/rules.ts';
import {
  type ConfigurationState,
  exceptionsOf,
  type TenantTables,
  timeZoneOf,
} from '@adherence/domain/configuration/tables.ts';
import type { ExternalUserAssignment, Interval } from '@adherence/domain/model.ts';
import type { Producer } from '@adherence/runtime/broker/broker.ts';
import type { Clock } from '@adherence/runtime/clock.ts';
import type { Codec } from '@adherence/runtime/codec.ts';
import type { Log } from '@adherence/runtime/log.ts';
import type { Partition } from './partition.ts';
import type { Database } from './store/store.ts';

export interface Owner {
  readonly db: Database;
  readonly producer: Producer;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly log: Log;
  readonly configuration: Configuration;
  readonly partitions: Map<number, Partition>;
  /** By integrationKey: silences as stored in `feed_gaps`; absent = the integration has no threshold. */
  readonly feeds: Map<string, Feed>;
  /** How long results are kept, in milliseconds before now. */
  readonly retentionMs: number;
}

/** What the service needs of the configuration log. */
export interface Configuration {
  state(): ConfigurationState;
  /** Next offset to fold. */
  offset(): number;
  waitFor(offset: number): Promise<void>;
}

/** What the configuration says of a person; null when it is deleted or unknown. */
export interface PersonConfiguration {
  readonly tables: TenantTables;
  readonly rules: Rules;
  readonly timeZone: string;
  readonly externalUsers: readonly ExternalUserAssignment[];
  readonly exceptions: readonly Interval[];
}

export function configurationOf(
  owner: Owner,
  tenantId: string,
  personId: string,
): PersonConfiguration | null {
  const tables = owner.configuration.state().tenants.get(tenantId);
  const person = tables?.people.get(personId);
  if (!tables || !person || person.deleted) return null;
  return {
    tables,
    rules: rulesOf(tables.rules),
    timeZone: timeZoneOf(tables, person.document),
    externalUsers: person.document.externalUsers,
    exceptions: exceptionsOf(tables, personId),
  };
}

/** The longest time for which the missing-logout policy may still change what lies before an event. */
export function policyReachMs(tables: TenantTables): number {
  let reach = 0;
  for (const { missingLogout } of rulesOf(tables.rules).settings.values) {
    reach = Math.max(reach, missingLogout.afterShiftEndSeconds + missingLogout.maxStatusSeconds);
  }
  return reach * 1000;
}
