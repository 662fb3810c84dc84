/** A configuration file -> what would have to be written, in an order in which references hold. Pure. */
import { defaultMatches, defaultSettings, statusKey } from '@adherence/domain/compute/rules.ts';
import type { EntityKind } from '@adherence/domain/configuration/entities.ts';
import { isSame } from '@adherence/domain/configuration/same.ts';
import {
  statusMappingId,
  statusOfKey,
  type TenantTables,
  versionAt,
  type WrittenVersion,
} from '@adherence/domain/configuration/tables.ts';
import { type ConfigurationFile, startOf, versionsInForce } from './file.ts';
import { withRetention } from './retention.ts';

export interface Step {
  readonly entity: EntityKind;
  readonly id: string;
  readonly action: 'put' | 'delete';
  readonly document: unknown;
  /** Where in the file it comes from, for faults; '' for what is not in it. */
  readonly path: string;
}

type Section = Exclude<keyof ConfigurationFile, 'format' | 'retentionDays'>;

/**
 * Sections that are absent are left alone. With `removes`, what a section does not list is deleted; versions cannot
 * be, so one that the file does not have is written anew with what the file says of that time.
 */
export function stepsOf(file: ConfigurationFile, tables: TenantTables, removes: boolean): Step[] {
  const listed = <T extends { readonly id: string }>(
    entity: EntityKind,
    section: Section,
    list?: readonly T[],
  ) =>
    (list ?? []).map(({ id, ...document }, index): Step => {
      return { entity, id, action: 'put', document, path: `${section}[${index}]` };
    });
  const unlisted = (
    entity: EntityKind,
    known: ReadonlyMap<string, { readonly deleted: boolean }>,
    list: readonly { readonly id: string }[] | undefined,
    builtIn?: string,
  ): Step[] => {
    if (!removes || !list) return [];
    const kept = new Set(list.map(({ id }) => id));
    return [...known]
      .filter(([id, { deleted }]) => !deleted && !kept.has(id) && id !== builtIn)
      .map(([id]) => ({ entity, id, action: 'delete', document: null, path: '' }));
  };
  return [
    ...unlisted('exception', tables.exceptions, file.exceptions),
    ...unlisted('person', tables.people, file.people),
    ...listed('planningUnit', 'planningUnits', file.planningUnits),
    ...listed('activity', 'activities', file.activities),
    ...listed('integration', 'integrations', file.integrations),
    ...listed('person', 'people', file.people),
    ...mappingSteps(file, tables, removes),
    ...versionSteps('matches', matchesOf(file), tables.rules.matches, defaultMatches, removes),
    ...versionSteps('settings', settingsOf(file), tables.rules.settings, defaultSettings, removes),
    ...listed('exception', 'exceptions', file.exceptions),
    ...unlisted('integration', tables.integrations, file.integrations),
    ...unlisted('planningUnit', tables.planningUnits, file.planningUnits, 'default'),
    ...unlisted('activity', tables.activities, file.activities, 'present'),
    ...retentionSteps(file, tables),
  ];
}

function retentionSteps({ retentionDays }: ConfigurationFile, { tenantId, tenant }: TenantTables): Step[] {
  if (retentionDays === undefined) return [];
  const document = withRetention(tenant.document, retentionDays);
  return [{ entity: 'tenant', id: tenantId, action: 'put', document, path: 'retentionDays' }];
}

function mappingSteps({ statusMappings }: ConfigurationFile, tables: TenantTables, removes: boolean): Step[] {
  if (!statusMappings) return [];
  const steps: Step[] = [];
  const wanted = new Map<string, Set<number>>();
  for (const mapping of statusMappings) {
    const id = statusMappingId(mapping.integrationId, mapping.status, mapping.breakType);
    wanted.set(id, (wanted.get(id) ?? new Set()).add(startOf(mapping)));
  }
  for (const [integrationId, byKey] of removes ? tables.rules.statusMappings : []) {
    for (const [key, versions] of byKey) {
      const kept = wanted.get(`${integrationId}\u0000${key}`);
      if (versionsInForce(versions).every((version) => kept?.has(startOf(version)))) continue;
      const document = { integrationId, ...statusOfKey(key) };
      steps.push({ entity: 'statusMapping', id: '', action: 'delete', document, path: '' });
    }
  }
  statusMappings.forEach((document, index) => {
    steps.push({
      entity: 'statusMapping',
      id: '',
      action: 'put',
      document,
      path: `statusMappings[${index}]`,
    });
  });
  return steps;
}

interface FileVersion {
  readonly validFrom: number | null;
  readonly value: unknown;
}

const matchesOf = ({ matches }: ConfigurationFile): FileVersion[] | undefined =>
  matches?.map(({ rules, validFrom }) => ({ validFrom, value: rules }));
const settingsOf = ({ settings }: ConfigurationFile): FileVersion[] | undefined =>
  settings?.map(({ validFrom, ...value }) => ({ validFrom, value }));

function versionSteps(
  entity: 'matches' | 'settings',
  listed: readonly FileVersion[] | undefined,
  known: readonly WrittenVersion<unknown>[],
  builtIn: unknown,
  removes: boolean,
): Step[] {
  if (!listed) return [];
  const put = ({ validFrom, value }: FileVersion, path: string): Step => {
    const document = entity === 'matches' ? { rules: value, validFrom } : { ...(value as object), validFrom };
    return { entity, id: '', action: 'put', document, path };
  };
  const steps = listed.map((version, index) => put(version, `${entity}[${index}]`));
  for (const version of removes ? versionsInForce(known) : []) {
    if (listed.some((each) => startOf(each) === startOf(version))) continue;
    const value = versionAt(listed, startOf(version))?.value ?? builtIn;
    if (!isSame(value, version.value)) steps.push(put({ validFrom: version.validFrom, value }, ''));
  }
  return steps;
}

/** Two entries of the file for the same thing. */
export function twiceIn(steps: readonly Step[]): { path: string; message: string }[] {
  const first = new Map<string, string>();
  const faults: { path: string; message: string }[] = [];
  for (const { entity, id, document, path } of steps) {
    if (path === '') continue;
    const key = `${entity}|${identityOf(entity, id, document)}`;
    const known = first.get(key);
    if (known !== undefined) faults.push({ path, message: `is given by ${known} already` });
    else first.set(key, path);
  }
  return faults;
}

function identityOf(entity: EntityKind, id: string, document: unknown): string {
  if (id !== '') return id;
  const { integrationId, status, breakType, validFrom } = document as Record<string, string | null>;
  const version = String(validFrom);
  return entity === 'statusMapping'
    ? `${integrationId}|${statusKey(status!, breakType!)}|${version}`
    : version;
}
