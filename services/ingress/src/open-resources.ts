/** What the ingress works with: the servers, or, where they are away and a spool knows enough, the spool until then. */
import { openClickHouse } from '@adherence/runtime/clickhouse.ts';
import { within } from '@adherence/runtime/clock.ts';
import { createCodecOfIds } from '@adherence/runtime/codec.ts';
import { ConfigError, clickHouseOptionsOf } from '@adherence/runtime/env-config.ts';
import { DeadlineError, isOperational } from '@adherence/runtime/errors.ts';
import type { Host } from '@adherence/runtime/service.ts';
import { openLateBroker } from './late-broker.ts';
import { openDisk } from './spool/disk.ts';
import { type Known, readKnown } from './spool/known.ts';
import { isOfTheDisk } from './spooled.ts';

/** The servers have so long to answer before a start goes on without them. */
const patienceMs = 10_000;

/** Opens as `host` does. */
export function withSpool(host: Host): Host {
  return {
    ...host,
    async open(env, name, log, metrics) {
      const { clock, environment } = host;
      const known = await knownOf(environment.SPOOL_DIR);
      const opening = host.open(env, name, log, metrics);
      if (known === null) return opening;
      const late = () => new DeadlineError('start', patienceMs);
      try {
        return await within(clock, opening, patienceMs, late);
      } catch (error) {
        // Also where somebody has to act first (an expired certificate): what comes meanwhile is not lost.
        if (!isOperational(error) && !(error instanceof ConfigError)) throw error;
        log.warn({ error }, 'starting without Kafka, on what the spool knows');
      }
      let first: typeof opening | null = opening;
      const open = async () => {
        const attempt = first ?? host.open(env, name, log, metrics);
        first = null;
        return (await attempt).broker;
      };
      const broker = openLateBroker({ open, clock, log });
      const codec = createCodecOfIds(known.schemaIds);
      return { broker, codec, db: openClickHouse(clickHouseOptionsOf(env)), clock, log, metrics };
    },
  };
}

/** Nothing is known on a disk that cannot be read; the spool itself says so (spooled.ts). */
async function knownOf(folder: string | undefined): Promise<Known | null> {
  if (!folder) return null;
  try {
    return await readKnown(await openDisk(folder));
  } catch (error) {
    if (isOfTheDisk(error)) return null;
    throw error;
  }
}
