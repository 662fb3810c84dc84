/**
 * The configuration of a tenant as one file, to be kept in git: what people configure, and nothing that happened.
 * Tokens, URL tokens, recomputations and closed periods are not in it. Lists are in order, so that files compare.
 */
import {
  activitySchema,
  breakDetailUrlSchema,
  exceptionSchemaWith,
  idSchema,
  integrationSchemaWith,
  matchesSchemaWith,
  personSchemaWith,
  planningUnitSchema,
  retentionDaysSchema,
  settingsSchemaWith,
  statusMappingSchemaWith,
} from '@adherence/domain/configuration/entities.ts';
import {
  statusOfKey,
  type TenantTables,
  type WrittenVersion,
} from '@adherence/domain/configuration/tables.ts';
import type { Instant } from '@adherence/domain/model.ts';
import { z } from 'zod';
import { instantText, isoOrNull, isoText } from '../http/instant.ts';
import { sorted } from '../http/page.ts';

export const fileFormat = 'odigo-adherence/1';

const withId = { id: idSchema };
const always = { validFrom: instantText.nullable().default(null) };
const fileBreakDetail = z.strictObject({
  url: breakDetailUrlSchema,
  username: z.string().trim().min(1).max(200),
  /** In clear, on the way in only. */
  password: z.string().min(1).max(500).optional(),
  /** As it is kept: opens only in this installation, for this tenant and integration. */
  passwordSealed: z.string().min(1).max(4096).optional(),
});

export const fileSchema = z.strictObject({
  format: z.literal(fileFormat),
  planningUnits: z.array(planningUnitSchema.safeExtend(withId)).optional(),
  activities: z.array(activitySchema.safeExtend(withId)).optional(),
  integrations: z.array(integrationSchemaWith(fileBreakDetail).safeExtend(withId)).optional(),
  people: z.array(personSchemaWith(instantText).safeExtend(withId)).optional(),
  statusMappings: z.array(statusMappingSchemaWith(instantText).safeExtend(always)).optional(),
  matches: z.array(matchesSchemaWith(instantText).safeExtend(always)).optional(),
  settings: z.array(settingsSchemaWith(instantText).safeExtend(always)).optional(),
  exceptions: z.array(exceptionSchemaWith(instantText).safeExtend(withId)).optional(),
  /** null = as long as the operator keeps data. What a shorter one deletes is gone. */
  retentionDays: retentionDaysSchema.nullable().optional(),
});
export type ConfigurationFile = z.output<typeof fileSchema>;
export type FileBreakDetail = z.output<typeof fileBreakDetail>;

/** What `fileSchema` reads: importing it where it came from changes nothing. */
export function fileOf(tables: TenantTables): z.input<typeof fileSchema> {
  const { rules } = tables;
  const documents = <T extends object>(entries: ReadonlyMap<string, { document: T; deleted: boolean }>) =>
    sorted([...entries].filter(([, { deleted }]) => !deleted)).map(([id, { document }]) => ({
      id,
      ...document,
    }));
  return {
    format: fileFormat,
    planningUnits: documents(tables.planningUnits),
    activities: documents(tables.activities),
    integrations: documents(tables.integrations).map(({ breakDetail, ...rest }) => ({
      ...rest,
      breakDetail: breakDetail && {
        url: breakDetail.url,
        username: breakDetail.username,
        passwordSealed: breakDetail.passwordCiphertext,
      },
    })),
    people: documents(tables.people).map((person) => ({
      ...person,
      externalUsers: person.externalUsers.map((user) => ({
        ...user,
        validFrom: isoOrNull(user.validFrom),
        validTo: isoOrNull(user.validTo),
      })),
    })),
    statusMappings: sorted(rules.statusMappings).flatMap(([integrationId, byKey]) =>
      sorted(byKey).flatMap(([key, versions]) =>
        versionsInForce(versions).map(({ value, validFrom }) => ({
          integrationId,
          ...statusOfKey(key),
          activityId: value,
          validFrom: isoOrNull(validFrom),
        })),
      ),
    ),
    matches: versionsInForce(rules.matches).map(({ value, validFrom }) => ({
      rules: [...value],
      validFrom: isoOrNull(validFrom),
    })),
    settings: versionsInForce(rules.settings).map(({ value, validFrom }) => ({
      ...value,
      validFrom: isoOrNull(validFrom),
    })),
    exceptions: documents(tables.exceptions).map((exception) => ({
      ...exception,
      from: isoText(exception.from),
      to: isoText(exception.to),
    })),
    retentionDays: tables.tenant.document.retentionDays ?? null,
  };
}

/** By validFrom, the latest written of each: the others hold at no instant. */
export function versionsInForce<T>(versions: readonly WrittenVersion<T>[]): WrittenVersion<T>[] {
  const byStart = new Map<Instant, WrittenVersion<T>>();
  for (const version of versions) byStart.set(startOf(version), version);
  return [...byStart.values()].sort((a, b) => (startOf(a) < startOf(b) ? -1 : 1));
}

export const startOf = ({ validFrom }: { readonly validFrom: Instant | null }): Instant =>
  validFrom ?? Number.NEGATIVE_INFINITY;
