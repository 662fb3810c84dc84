/** A copy of a tenant's configuration on which commands can be tried, without touching the one that is followed. */
import type { ConfigurationState, TenantTables } from './tables.ts';

/** Documents are shared, since nobody changes them; the maps that hold them are copied. */
export function scratchOf(state: ConfigurationState, tenantId: string): ConfigurationState {
  const tables = state.tenants.get(tenantId);
  return {
    tenants: new Map(tables ? [[tenantId, copyOf(tables)]] : []),
    urlTokens: new Map(state.urlTokens),
    tokens: new Map(state.tokens),
    deletedTenants: new Map(state.deletedTenants),
  };
}

const copyOf = (tables: TenantTables): TenantTables => ({
  ...tables,
  planningUnits: new Map(tables.planningUnits),
  activities: new Map(tables.activities),
  people: new Map(tables.people),
  integrations: new Map(tables.integrations),
  exceptions: new Map(tables.exceptions),
  recomputations: new Map(tables.recomputations),
  closedPeriods: new Map(tables.closedPeriods),
  erasures: new Map(tables.erasures),
  erasedUsers: new Map(tables.erasedUsers),
  tokens: new Map(tables.tokens),
  urlTokens: new Map(tables.urlTokens),
  personsByExternalUser: new Map(tables.personsByExternalUser),
});
