/**
 * Every document of the configuration as a schema and a type. Strict: an unknown field is a fault. Where a document
 * holds instants its schema is a function of how an instant is written: epoch milliseconds in a command on the
 * configuration log, ISO 8601 in the HTTP API. So both are checked by the same rules.
 */
import { z } from 'zod';
import { isTimeZone } from '../calendar.ts';
import { defaultSettings } from '../compute/rules.ts';
import { activityTypes, graceModes, type Instant } from '../model.ts';
import { longestStatusMs } from '../schedule-limits.ts';

export const roles = ['admin', 'planner', 'analyst', 'viewer'] as const;
export type Role = (typeof roles)[number];

/** Ids are chosen by the client (http-api.md, "Conventions"). */
export const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
export const idSchema = z
  .string()
  .regex(idPattern, 'must be 1 to 64 letters, digits, ".", "_" or "-", and begin with a letter or digit');

/** Instants of the configuration: 1970 to 2199, so that a typing error in a year is a fault and not a rule. */
const firstInstant = 0;
const lastInstant = Date.UTC(2200, 0, 1) - 1;
export const instantRange = z
  .int()
  .min(firstInstant, 'must not be before 1970')
  .max(lastInstant, 'must be before 2200');

type InstantSchema = z.ZodType<Instant, number | string>;

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is control characters that are refused here
const controlCharacters = /[\u0000-\u001f\u007f]/;
const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    .refine((text) => !controlCharacters.test(text), 'must not contain control characters');

export const nameSchema = line(200);
export const teamSchema = line(100);

export const timeZoneSchema = z
  .string()
  .max(64)
  .regex(/^[A-Z][A-Za-z0-9_+/-]*$/, 'must be the name of an IANA time zone')
  .refine(isTimeZone, 'must be the name of an IANA time zone');

/** As the parser of notifications reads agent ids: NFC, trimmed, case kept. */
export const externalUserIdSchema = line(256).transform((id) => id.normalize('NFC'));
/** As the parser of notifications reads statuses and break types: NFC, trimmed, case kept. */
export const externalStatusSchema = line(256).transform((status) => status.normalize('NFC'));
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 hash in hexadecimal');

export const tenantInputSchema = z.strictObject({ name: nameSchema, timeZone: timeZoneSchema });
/** For how many days results are kept; the operator's setting has the same bounds, and is the most. */
export const retentionDaysSchema = z.int().min(31).max(3_660);
export const tenantSchema = tenantInputSchema.extend({ retentionDays: retentionDaysSchema.optional() });
export type Tenant = z.output<typeof tenantSchema>;

/** A token limited to teams sees and changes what concerns their people only; absent = the whole tenant. */
export const tokenInputSchema = z.strictObject({
  name: nameSchema,
  role: z.enum(roles),
  teams: z.array(teamSchema).min(1).max(100).optional(),
});
const isLimitable = ({ role, teams }: { role: Role; teams?: string[] | undefined }) =>
  role !== 'admin' || teams === undefined;
const limitFault = { path: ['teams'], message: 'an administrator cannot be limited to teams' };
export const newTokenSchema = tokenInputSchema.refine(isLimitable, limitFault);
export const tokenSchema = tokenInputSchema
  .safeExtend({ hash: sha256Schema })
  .refine(isLimitable, limitFault);
export type Token = z.output<typeof tokenSchema>;

/** The command that creates a tenant brings its first admin token, so that there is no tenant without one. */
export const tenantCommandSchema = tenantSchema.extend({
  adminToken: z.strictObject({ id: idSchema, name: nameSchema, hash: sha256Schema }).optional(),
});

const wallClock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be HH:MM');
export const weekdays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export const planningUnitSchema = z.strictObject({
  name: nameSchema,
  timeZone: timeZoneSchema,
  businessHours: z
    .array(
      z
        .strictObject({ day: z.enum(weekdays), from: wallClock, to: wallClock })
        .refine(({ from, to }) => from < to, { path: ['to'], message: 'must be after from' }),
    )
    .max(100)
    .optional(),
});
export type PlanningUnit = z.output<typeof planningUnitSchema>;

export const activitySchema = z.strictObject({
  name: nameSchema,
  type: z.enum(activityTypes),
  color: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/, 'must be #rrggbb')
    .optional(),
});
export type Activity = z.output<typeof activitySchema>;

export const personSchemaWith = (instant: InstantSchema) =>
  z.strictObject({
    name: nameSchema,
    team: teamSchema.nullable().default(null),
    planningUnitId: idSchema.default('default'),
    externalUsers: z
      .array(
        z
          .strictObject({
            integrationId: idSchema,
            externalUserId: externalUserIdSchema,
            validFrom: instant.nullable().default(null),
            validTo: instant.nullable().default(null),
          })
          .refine(({ validFrom, validTo }) => validFrom === null || validTo === null || validFrom < validTo, {
            path: ['validTo'],
            message: 'must be after validFrom',
          }),
      )
      .max(50)
      .default([]),
  });
export const personSchema = personSchemaWith(instantRange);
export type Person = z.output<typeof personSchema>;

export const contactSchema = z.strictObject({
  name: nameSchema,
  email: z.email('must be an e-mail address').max(254),
  phone: line(50).optional(),
});

export const breakDetailUrlSchema = z
  .url('must be a URL')
  .max(500)
  .refine(isAllowedBreakDetailUrl, 'must begin with https:// and carry no user or password');

export const integrationSchemaWith = <T extends z.ZodType>(breakDetail: T) =>
  z.strictObject({
    name: nameSchema,
    timeZone: timeZoneSchema,
    contact: contactSchema,
    breakDetail: breakDetail.nullable(),
    feedGapSeconds: z.int().min(1).max(86_400).nullable(),
  });
/** On the log the password of the break web service is ciphertext only. */
export const integrationSchema = integrationSchemaWith(
  z.strictObject({
    url: breakDetailUrlSchema,
    username: line(200),
    passwordCiphertext: z.string().min(1).max(4096),
  }),
);
export type Integration = z.output<typeof integrationSchema>;

export const urlTokenSchema = z.strictObject({ integrationId: idSchema, hash: sha256Schema });
export type UrlToken = z.output<typeof urlTokenSchema>;

export const statusMappingKeySchema = z.strictObject({
  integrationId: idSchema,
  status: externalStatusSchema,
  breakType: externalStatusSchema.nullable().default(null),
});
/** validFrom null = always; absent = always for the first version of the status, the time of writing later. */
export const statusMappingSchemaWith = (instant: InstantSchema) =>
  statusMappingKeySchema.extend({ activityId: idSchema, validFrom: instant.nullable().optional() });
export const statusMappingSchema = statusMappingSchemaWith(instantRange);
export interface StatusMapping {
  readonly integrationId: string;
  readonly status: string;
  readonly breakType: string | null;
  readonly activityId: string;
  readonly validFrom: Instant | null;
}

const activityOperand = 'activity:[A-Za-z0-9][A-Za-z0-9._-]{0,63}';
const typeOperand = `type:(${activityTypes.join('|')})`;
export const matchRuleSchema = z.strictObject({
  actual: z
    .string()
    .regex(
      new RegExp(`^(offline|${typeOperand}|${activityOperand})$`),
      'must be offline, type:TYPE or activity:ID',
    ),
  scheduled: z
    .string()
    .regex(new RegExp(`^(${typeOperand}|${activityOperand})$`), 'must be type:TYPE or activity:ID'),
});
export const matchesSchemaWith = (instant: InstantSchema) =>
  z.strictObject({ rules: z.array(matchRuleSchema).max(2000), validFrom: instant.nullable().optional() });
export const matchesSchema = matchesSchemaWith(instantRange);
export interface Matches {
  readonly rules: readonly { readonly actual: string; readonly scheduled: string }[];
  readonly validFrom: Instant | null;
}

const seconds = (min: number, max: number) => z.int().min(min).max(max);
const day = 86_400;
const { bufferSeconds, missingLogout } = defaultSettings;
export const settingsSchemaWith = (instant: InstantSchema) =>
  z.strictObject({
    targetScore: z.number().min(0).max(1).default(defaultSettings.targetScore),
    bufferSeconds: z
      .strictObject({
        notPresent: seconds(0, day).default(bufferSeconds.notPresent),
        wrongActivity: seconds(0, day).default(bufferSeconds.wrongActivity),
        notScheduled: seconds(0, day).default(bufferSeconds.notScheduled),
      })
      .prefault({}),
    graceMode: z.enum(graceModes).default(defaultSettings.graceMode),
    missingLogout: z
      .strictObject({
        afterShiftEndSeconds: seconds(0, longestStatusMs / 1000).default(missingLogout.afterShiftEndSeconds),
        maxStatusSeconds: seconds(1, longestStatusMs / 1000).default(missingLogout.maxStatusSeconds),
      })
      .prefault({}),
    validFrom: instant.nullable().optional(),
  });
export const settingsSchema = settingsSchemaWith(instantRange);
export type SettingsDocument = Omit<z.output<typeof settingsSchema>, 'validFrom'> & {
  readonly validFrom: Instant | null;
};

export const exceptionSchemaWith = (instant: InstantSchema) =>
  z
    .strictObject({
      personIds: z.array(idSchema).min(1).max(10_000).optional(),
      teams: z.array(teamSchema).min(1).max(1000).optional(),
      everyone: z.literal(true).optional(),
      from: instant,
      to: instant,
      reason: line(500),
    })
    .refine(({ from, to }) => from < to, { path: ['to'], message: 'must be after from' })
    .refine(({ personIds, teams, everyone }) => personIds || teams || everyone, {
      message: 'must name personIds, teams or everyone',
    });
export const exceptionSchema = exceptionSchemaWith(instantRange);
export type Exception = z.output<typeof exceptionSchema>;

export const recomputationSchemaWith = (instant: InstantSchema) =>
  z
    .strictObject({
      /** Absent = everybody. */
      personIds: z.array(idSchema).min(1).max(10_000).optional(),
      from: instant,
      to: instant,
    })
    .refine(({ from, to }) => from < to, { path: ['to'], message: 'must be after from' });
export const recomputationSchema = recomputationSchemaWith(instantRange);
export type Recomputation = z.output<typeof recomputationSchema>;

const dateSchema = z
  .string()
  .meta({ format: 'date' })
  .regex(/^(19[789]\d|20\d\d|21\d\d)-\d{2}-\d{2}$/, 'must be YYYY-MM-DD, from 1970 to 2199')
  .refine((date) => isDate(date), 'must be a day of the calendar');

/** A pay period whose numbers stand: local dates of the planning unit, both inclusive. */
export const closedPeriodInputSchema = z.strictObject({
  planningUnitId: idSchema,
  from: dateSchema,
  to: dateSchema,
  note: line(500).optional(),
  /** Closed although not everything was final. */
  forced: z.literal(true).optional(),
});
export const closedPeriodSchema = closedPeriodInputSchema.refine(({ from, to }) => from <= to, {
  path: ['to'],
  message: 'must not be before from',
});
export type ClosedPeriod = z.output<typeof closedPeriodSchema>;

/**
 * The deletion of a person's data, as everybody who keeps some obeys it. It holds no personal data itself: external
 * users are told by `erasedUserHash`, quarantined notifications by their coordinates.
 */
export const erasureSchema = z.strictObject({
  personId: idSchema,
  /** Half-open times of occurrence, null = open: an external user may have been somebody else's at other times. */
  users: z
    .array(
      z.strictObject({
        hash: sha256Schema,
        from: instantRange.nullable(),
        to: instantRange.nullable(),
      }),
    )
    .max(1000),
  rejected: z.array(z.string().regex(/^\d{1,5}-\d{1,15}$/)).max(10_000),
});
export type Erasure = z.output<typeof erasureSchema>;

/** What each kind of entity keeps. */
export interface Documents {
  tenant: Tenant;
  token: Token;
  planningUnit: PlanningUnit;
  activity: Activity;
  person: Person;
  integration: Integration;
  urlToken: UrlToken;
  statusMapping: StatusMapping;
  matches: Matches;
  settings: SettingsDocument;
  exception: Exception;
  recomputation: Recomputation;
  closedPeriod: ClosedPeriod;
  erasure: Erasure;
}
export type EntityKind = keyof Documents;

/** Date.parse reads the 31st of February as the 3rd of March. */
function isDate(date: string): boolean {
  const at = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(date);
}

/** http is for a web service on the same machine only: development and tests. */
function isAllowedBreakDetailUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const local = hostname === 'localhost' || hostname === '127.0.0.1';
  return username === '' && password === '' && (protocol === 'https:' || (protocol === 'http:' && local));
}
