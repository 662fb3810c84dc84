/** Tenants are created once, with their first admin token, may be renamed, and are deleted for good. */
import type { z } from 'zod';
import { type Change, type Command, noVersion, type Outcome, refusal } from './command.ts';
import { tenantCommandSchema } from './entities.ts';
import { judgeDocument } from './read-document.ts';
import { isSame } from './same.ts';
import type { ConfigurationState } from './tables.ts';

export function decideTenant(state: ConfigurationState, command: Command, offset: number): Outcome {
  if (command.id !== command.tenantId) {
    return refusal('invalid', { path: 'id', message: 'a tenant is written under its own id' });
  }
  if (command.action === 'delete') return deleteTenant(state, command, offset);
  return judgeDocument(tenantCommandSchema, command.document, (read) =>
    putTenant(state, command, offset, read),
  );
}

function putTenant(
  state: ConfigurationState,
  command: Command,
  offset: number,
  { adminToken, ...document }: z.output<typeof tenantCommandSchema>,
): Outcome {
  const stored = state.tenants.get(command.tenantId)?.tenant;
  if (state.deletedTenants.has(command.tenantId)) {
    return refusal('conflict', { path: 'id', message: `tenant ${command.id} was deleted: take another id` });
  }
  // Only the creation of a tenant brings a token, so a second creation cannot add an administrator to it.
  if (adminToken && stored) {
    return refusal('conflict', { path: 'id', message: `tenant ${command.id} exists already` });
  }
  if (adminToken && state.tokens.has(adminToken.hash)) {
    return refusal('conflict', { path: 'adminToken', message: 'token is in use already' });
  }
  if (command.ifMatch !== null && command.ifMatch !== (stored?.offset ?? noVersion)) {
    return refusal('stale', { path: '', message: 'the tenant was changed meanwhile' });
  }
  if (stored && isSame(stored.document, document)) return { ok: true, change: null, offset: stored.offset };
  const { tenantId, writtenBy, writtenAt } = command;
  const written = { tenantId, offset, writtenBy, writtenAt, revived: null };
  const before = stored?.document ?? null;
  const change: Change = { ...written, entity: 'tenant', id: tenantId, before, after: document };
  if (!adminToken) return { ok: true, change, created: !stored, firstToken: null };
  const { id, name, hash } = adminToken;
  const token = { name, hash, role: 'admin' as const };
  const firstToken = { ...written, entity: 'token' as const, id, before: null, after: token };
  return { ok: true, change, created: true, firstToken };
}

/** Of one that is not known, too: the records before it are removed from the log, and it has to fold to the same. */
function deleteTenant(state: ConfigurationState, command: Command, offset: number): Outcome {
  const { tenantId, ifMatch, writtenBy, writtenAt } = command;
  if (state.deletedTenants.has(tenantId)) return { ok: true, change: null, offset };
  const stored = state.tenants.get(tenantId)?.tenant;
  if (stored && ifMatch !== null && ifMatch !== stored.offset) {
    return refusal('stale', { path: '', message: 'the tenant was changed meanwhile' });
  }
  const written = { tenantId, offset, writtenBy, writtenAt, revived: null };
  const before = stored?.document ?? null;
  const change: Change = { ...written, entity: 'tenant', id: tenantId, before, after: null };
  return { ok: true, change, created: false, firstToken: null };
}
