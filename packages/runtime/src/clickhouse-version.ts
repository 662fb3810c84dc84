/** Which ClickHouse is new enough: the oldest that the tables and queries are tried with (deploy/compose.yaml). */
import type { ClickHouse } from './clickhouse.ts';
import { ConfigError } from './env-config.ts';

export const oldestClickHouse = '25.8';

/** `25.8.2.29` -> whether it is as new as `oldestClickHouse`; what is no version is taken for too old. */
export function isNewEnough(version: string): boolean {
  const [major = Number.NaN, minor = Number.NaN] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = oldestClickHouse.split('.').map(Number) as [number, number];
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

export const tooOldSentence = (version: string): string =>
  `ClickHouse is ${version}, older than ${oldestClickHouse}, the oldest that this release is tried with`;
export const tooOldRemedy = `Upgrade ClickHouse to ${oldestClickHouse} or newer first; its data stays.`;

/** Throws ConfigError when it is too old, and what the query throws when it cannot be asked. */
export async function refuseOldClickHouse(db: Pick<ClickHouse, 'query'>): Promise<void> {
  const [row] = await db.query<{ version: string }>('SELECT version() AS version');
  const version = row?.version ?? 'of an unknown version';
  if (!isNewEnough(version)) throw new ConfigError([`${tooOldSentence(version)}. ${tooOldRemedy}`]);
}
