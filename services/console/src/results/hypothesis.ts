/**
 * The rules of a tenant as they would be with other settings, matches or mappings. They are judged and applied as real
 * ones are, by the fold of the configuration log, on a copy that nobody keeps. Pure.
 */
import { statusKey } from '@adherence/domain/compute/rules.ts';
import type { Fault } from '@adherence/domain/configuration/command.ts';
import { fold } from '@adherence/domain/configuration/decide.ts';
import {
  matchesSchemaWith,
  settingsSchemaWith,
  statusMappingSchemaWith,
} from '@adherence/domain/configuration/entities.ts';
import { emptyState, type TenantRules, type TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { Instant } from '@adherence/domain/model.ts';
import { z } from 'zod';
import { instantText } from '../http/instant.ts';

const versionNote = 'With validFrom: beside the versions there are. Without: for all time, in place of them.';

export const hypothesisFields = {
  settings: settingsSchemaWith(instantText).optional().meta({ description: versionNote }),
  matches: matchesSchemaWith(instantText).optional().meta({ description: versionNote }),
  statusMappings: z
    .array(statusMappingSchemaWith(instantText))
    .max(1_000)
    .optional()
    .meta({ description: `Of each status and break type. ${versionNote}` }),
};
export type Hypothesis = z.output<z.ZodObject<typeof hypothesisFields>>;

export type Supposed =
  | { readonly ok: true; readonly rules: TenantRules }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** `at` is the time of writing that the versions get; `tables` are left as they are. */
export function suppose(tables: TenantTables, hypothesis: Hypothesis, at: Instant): Supposed {
  const supposed: TenantTables = { ...tables, rules: withoutReplaced(tables.rules, hypothesis) };
  const state = { ...emptyState(), tenants: new Map([[tables.tenantId, supposed]]) };
  const faults: Fault[] = [];
  const write = (entity: string, document: unknown, path: string) => {
    const { outcome } = fold(
      state,
      {
        commandId: 'what-if',
        tenantId: tables.tenantId,
        entity,
        id: '',
        action: 'put',
        document,
        ifMatch: null,
        writtenBy: 'what-if',
        writtenAt: at,
      },
      Number.MAX_SAFE_INTEGER,
    );
    if (outcome.ok) return;
    for (const fault of outcome.errors) faults.push({ ...fault, path: `${path}.${fault.path}` });
  };
  const { settings, matches, statusMappings = [] } = hypothesis;
  if (settings) write('settings', settings, 'settings');
  if (matches) write('matches', matches, 'matches');
  for (const [i, mapping] of statusMappings.entries()) {
    write('statusMapping', mapping, `statusMappings[${i}]`);
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, rules: supposed.rules };
}

/** Without the versions that the hypothesis replaces: those of what it gives no validFrom. */
function withoutReplaced(
  rules: TenantRules,
  { settings, matches, statusMappings = [] }: Hypothesis,
): TenantRules {
  const replaced = statusMappings.filter(({ validFrom }) => validFrom === undefined);
  const mappings = new Map([...rules.statusMappings].map(([id, byKey]) => [id, new Map(byKey)]));
  for (const { integrationId, status, breakType } of replaced) {
    mappings.get(integrationId)?.delete(statusKey(status, breakType));
  }
  return {
    ...rules,
    statusMappings: mappings,
    matches: matches && matches.validFrom === undefined ? [] : rules.matches,
    settings: settings && settings.validFrom === undefined ? [] : rules.settings,
  };
}
