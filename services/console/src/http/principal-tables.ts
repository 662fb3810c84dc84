/** What a caller sees of its tenant's tables. */
import { narrowedTo } from '@adherence/domain/configuration/narrow.ts';
import type { ConfigurationState, TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { Principal } from './route.ts';

/** null once the token is none any more. */
export function tablesSeenBy(principal: Principal | null, state: ConfigurationState): TenantTables | null {
  if (principal?.kind !== 'tenant') return null;
  const tables = state.tenants.get(principal.tenantId);
  if (!tables?.tokens.has(principal.tokenId)) return null;
  return principal.teams ? narrowedTo(tables, principal.teams) : tables;
}

/** The teams that a caller is limited to, null for none. */
export const teamsOf = (principal: Principal | null): readonly string[] | null =>
  principal?.kind === 'tenant' ? principal.teams : null;
