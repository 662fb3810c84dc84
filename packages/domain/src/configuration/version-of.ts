/** The version that a command replaces: the first writer of a version wins (docs/architecture.md, "The configuration"). */
import { z } from 'zod';
import { statusKey } from '../compute/rules.ts';
import { type Command, noVersion } from './command.ts';
import { storedOf } from './decide-document.ts';
import { statusMappingKeySchema } from './entities.ts';
import type { ConfigurationState } from './tables.ts';

/** A mapping's key within its whole document. */
const mappingKey = z.object(statusMappingKeySchema.shape);

/** Offset on the log, `noVersion` when there is none: the `ifMatch` with which nothing unseen is overwritten. */
export function versionOf(
  { tenants }: ConfigurationState,
  { tenantId, entity, id, document }: Pick<Command, 'tenantId' | 'entity' | 'id' | 'document'>,
): number {
  const tables = tenants.get(tenantId);
  if (!tables) return noVersion;
  const { rules } = tables;
  switch (entity) {
    case 'tenant':
      return tables.tenant.offset;
    case 'matches':
    case 'settings':
      return rules[entity].at(-1)?.offset ?? noVersion;
    case 'statusMapping': {
      const key = mappingKey.safeParse(document).data;
      const versions =
        key && rules.statusMappings.get(key.integrationId)?.get(statusKey(key.status, key.breakType));
      return versions?.at(-1)?.offset ?? noVersion;
    }
    default: {
      const stored = storedOf(tables, entity).get(id);
      return stored && !stored.deleted ? stored.offset : noVersion;
    }
  }
}
