/** What the parts of the adherence service share: resources, partitions owned, feeds as their people were told. */
import { type Feed, userKey } from '@adherence/domain/compute/actual.ts';
import {
  type PersonConfiguration,
  personConfiguration,
} from '@adherence/domain/configuration/person-configuration.ts';
import type { ConfigurationState } from '@adherence/domain/configuration/tables.ts';
import type { PartitionOffset, Producer } from '@adherence/runtime/broker/broker.ts';
import type { ClickHouse } from '@adherence/runtime/clickhouse.ts';
import type { Clock } from '@adherence/runtime/clock.ts';
import type { Codec } from '@adherence/runtime/codec.ts';
import type { Log } from '@adherence/runtime/log.ts';
import type { Metrics } from '@adherence/runtime/metrics.ts';
import type { Database } from '@adherence/store/load.ts';
import type { Partition } from './partition.ts';

export interface Owner {
  readonly db: Database & Pick<ClickHouse, 'command'>;
  readonly producer: Producer;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly log: Log;
  /** Of what is computed again. */
  readonly metrics?: Pick<Metrics, 'count'>;
  readonly configuration: Configuration;
  /** Offset of the first record of the configuration in which something is not known to this version; null = none. */
  readonly unknownFrom: () => number | null;
  readonly partitions: Map<number, Partition>;
  /** Next offsets of the partitions of activity.events, as far as they are written now. */
  readonly endOffsets: () => Promise<readonly PartitionOffset[]>;
  /** By integrationKey: silences as stored in `feed_gaps`; absent = the integration has no threshold. */
  readonly feeds: Map<string, Feed>;
  /** How long results are kept at most, in milliseconds before now. */
  readonly retentionMs: number;
}

/** How long the results of a tenant are kept: as it has set, never longer than the operator allows. */
export function retentionMsOf({ configuration, retentionMs }: Owner, tenantId: string): number {
  const days = configuration.state().tenants.get(tenantId)?.tenant.document.retentionDays;
  return days === undefined ? retentionMs : Math.min(retentionMs, days * dayMs);
}
const dayMs = 24 * 60 * 60_000;

/** What the service needs of the configuration log. */
export interface Configuration {
  state(): ConfigurationState;
  /** Next offset to fold. */
  offset(): number;
  waitFor(offset: number): Promise<void>;
}

/** What the configuration says of a person; null when it is deleted or unknown. */
export const configurationOf = (
  owner: Owner,
  tenantId: string,
  personId: string,
): PersonConfiguration | null => personConfiguration(owner.configuration.state(), tenantId, personId);

/** By userKey. */
export const usersOf = (owner: Owner, tenantId: string, personId: string): string[] =>
  configurationOf(owner, tenantId, personId)?.externalUsers.map((user) =>
    userKey(user.integrationId, user.externalUserId),
  ) ?? [];
