/**
 * What an ingress has to know to take notifications before it has reached Kafka and the registry: kept on the spool's
 * volume, as it was when it last knew better. Of tokens it has the hashes alone.
 */
import { crc32 } from 'node:zlib';
import { type RecordName, recordNames } from '@adherence/schemas/records.ts';
import { z } from 'zod';
import type { TokenOwner } from '../token-directory.ts';
import type { Disk } from './disk.ts';

export interface Known {
  readonly urlTokens: ReadonlyMap<string, TokenOwner>;
  /** Next offset of the configuration to fold. */
  readonly configurationOffset: number;
  readonly schemaIds: Readonly<Record<RecordName, number>>;
}

const knownFile = 'known';

const written = z.object({
  urlTokens: z.array(z.tuple([z.string(), z.string(), z.string(), z.string()])),
  configurationOffset: z.int(),
  schemaIds: z.record(z.string(), z.int()),
});

/** null when nothing is known, when it was not written as a whole, and when a record is new since. */
export async function readKnown(disk: Pick<Disk, 'readText'>): Promise<Known | null> {
  const text = (await disk.readText(knownFile)) ?? '';
  const end = text.lastIndexOf('\n');
  if (end === -1 || text.slice(end + 1) !== String(crc32(text.slice(0, end)))) return null;
  const { urlTokens, configurationOffset, schemaIds } = written.parse(JSON.parse(text.slice(0, end)));
  if (recordNames.some((name) => schemaIds[name] === undefined)) return null;
  return {
    urlTokens: new Map(
      urlTokens.map(([hash, tenantId, integrationId, tokenId]) => [
        hash,
        { tenantId, integrationId, tokenId },
      ]),
    ),
    configurationOffset,
    schemaIds: schemaIds as Known['schemaIds'],
  };
}

export async function writeKnown(
  disk: Pick<Disk, 'replace'>,
  { urlTokens, configurationOffset, schemaIds }: Known,
): Promise<void> {
  const tokens = [...urlTokens].map(([hash, owner]) => [
    hash,
    owner.tenantId,
    owner.integrationId,
    owner.tokenId,
  ]);
  const text = JSON.stringify({ urlTokens: tokens, configurationOffset, schemaIds });
  await disk.replace(knownFile, `${text}\n${crc32(text)}`);
}

/** After it an ingress needs Kafka to start. */
export const forgetKnown = (disk: Pick<Disk, 'replace'>): Promise<void> => disk.replace(knownFile, '');
