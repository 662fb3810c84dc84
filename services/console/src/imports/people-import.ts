/**
 * Lines of an import -> documents of people. In CSV a person has a line per external user, and says nothing of the
 * columns that it lacks; a line of JSON is a whole document, as in a PUT.
 */
import { setImmediate as othersTurn } from 'node:timers/promises';
import { dayStart } from '@adherence/domain/calendar.ts';
import { type Fault, faultsOf, noVersion } from '@adherence/domain/configuration/command.ts';
import {
  idSchema,
  type Person,
  personSchema,
  personSchemaWith,
} from '@adherence/domain/configuration/entities.ts';
import { isOfTeams } from '@adherence/domain/configuration/narrow.ts';
import type { Stored, TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { Instant } from '@adherence/domain/model.ts';
import { instantText, isCalendarDate } from '../http/instant.ts';
import { scheduleInstant } from '../schedules/local-time.ts';
import { linesPerTurn, type ReadLines, type RejectedLine } from './lines.ts';

export const peopleColumns = {
  known: [
    'personId',
    'name',
    'team',
    'planningUnitId',
    'integrationId',
    'externalUserId',
    'validFrom',
    'validTo',
  ],
  required: ['personId', 'name'],
} as const;

export interface ImportedPerson {
  readonly personId: string;
  readonly lines: readonly number[];
  readonly document: Person;
  /** The version that the document adds to; null when it is whole by itself. */
  readonly ifMatch: number | null;
}

export interface ImportedPeople {
  readonly people: readonly ImportedPerson[];
  readonly rejected: readonly RejectedLine[];
}

const documentLine = personSchemaWith(instantText);
const allColumns: readonly string[] = peopleColumns.known;
const flatFields = new Set<string>(peopleColumns.known);

/** A person with a bad line is refused whole: its good lines are told with the bad ones. */
export async function readPeopleLines(
  { lines, columns }: Pick<ReadLines, 'lines' | 'columns'>,
  tables: TenantTables,
): Promise<ImportedPeople> {
  const drafts = new Map<string, Draft>();
  const rejected: RejectedLine[] = [];
  for (const [index, { line, value }] of lines.entries()) {
    if (index % linesPerTurn === 0) await othersTurn();
    const { id, personId = id, ...fields } = value;
    const parsedId = idSchema.safeParse(personId);
    if (!parsedId.success) {
      const errors = faultsOf(parsedId.error).map(({ message }) => ({ path: 'personId', message }));
      rejected.push({ line, errors });
      continue;
    }
    const known = columns ? tables.people.get(parsedId.data) : undefined;
    const draft = drafts.get(parsedId.data) ?? { lines: [], faults: [], fields: null, known };
    drafts.set(parsedId.data, draft);
    draft.lines.push(line);
    const errors = isFlat(fields)
      ? addFlat(draft, fields, tables, columns ?? allColumns)
      : addDocument(draft, fields);
    if (errors.length > 0) draft.faults.push({ line, errors });
  }
  const people: ImportedPerson[] = [];
  let count = 0;
  for (const [personId, draft] of drafts) {
    if (count++ % linesPerTurn === 0) await othersTurn();
    const read = draft.faults.length === 0 ? personSchema.safeParse(draft.fields) : null;
    const ifMatch = columns ? (draft.known?.offset ?? noVersion) : null;
    if (read?.success) {
      const externalUsers = columns
        ? usersWith(draft.known?.document.externalUsers ?? [], read.data.externalUsers, columns)
        : read.data.externalUsers;
      const whole = columns ? personSchema.safeParse({ ...read.data, externalUsers }) : read;
      if (whole.success) people.push({ personId, lines: draft.lines, document: whole.data, ifMatch });
      else rejected.push(...everyLine(draft.lines, faultsOf(whole.error)));
    } else
      rejected.push(
        ...refused(draft.lines, read ? [...everyLine(draft.lines, faultsOf(read.error))] : draft.faults),
      );
  }
  return { people, rejected };
}

/** Faults of a whole person, told on each of its lines. */
export function everyLine(lines: readonly number[], errors: readonly Fault[]): RejectedLine[] {
  return lines.map((line) => ({ line, errors }));
}

/** People that a token limited to teams may write, under the version that this was judged by; all of them without limit. */
export function withinTeams(
  all: readonly ImportedPerson[],
  tables: TenantTables,
  teams: readonly string[] | null,
): { readonly people: readonly ImportedPerson[]; readonly beyond: readonly RejectedLine[] } {
  if (!teams) return { people: all, beyond: [] };
  const people: ImportedPerson[] = [];
  const beyond: RejectedLine[] = [];
  for (const person of all) {
    const known = tables.people.get(person.personId);
    const isWithin = [known?.document, person.document].every((each) => !each || isOfTeams(each, teams));
    if (isWithin) people.push({ ...person, ifMatch: known?.offset ?? noVersion });
    else
      beyond.push(
        ...everyLine(person.lines, [{ path: 'team', message: 'is beyond the teams of this token' }]),
      );
  }
  return { people, beyond };
}

interface Draft {
  readonly lines: number[];
  readonly faults: RejectedLine[];
  fields: DraftFields | null;
  /** What a CSV adds to. */
  readonly known: Stored<Person> | undefined;
}
interface DraftFields {
  readonly name: unknown;
  readonly team: unknown;
  readonly planningUnitId: unknown;
  readonly externalUsers: unknown[];
}

const isFlat = (fields: Readonly<Record<string, unknown>>): boolean =>
  !('externalUsers' in fields) && Object.keys(fields).every((field) => flatFields.has(field));

function addDocument(draft: Draft, fields: Readonly<Record<string, unknown>>): Fault[] {
  if (draft.fields) return [{ path: '', message: `line ${draft.lines[0]} has this person already` }];
  const parsed = documentLine.safeParse(fields);
  if (!parsed.success) return faultsOf(parsed.error);
  draft.fields = parsed.data;
  return [];
}

function addFlat(
  draft: Draft,
  fields: Readonly<Record<string, unknown>>,
  tables: TenantTables,
  columns: readonly string[],
): Fault[] {
  const known = draft.known?.document;
  const { name, integrationId, externalUserId } = fields;
  const { team = columns.includes('team') ? null : (known?.team ?? null) } = fields;
  const kept = columns.includes('planningUnitId') ? undefined : known?.planningUnitId;
  const { planningUnitId = kept ?? 'default' } = fields;
  draft.fields ??= { name, team, planningUnitId, externalUsers: [] };
  const own = { name, team, planningUnitId };
  const faults: Fault[] = (['name', 'team', 'planningUnitId'] as const)
    .filter((field) => draft.fields![field] !== own[field])
    .map((field) => ({ path: field, message: `differs from line ${draft.lines[0]} of the same person` }));
  if (integrationId === undefined && externalUserId === undefined) return faults;
  const unit = tables.planningUnits.get(String(planningUnitId)) ?? tables.planningUnits.get('default')!;
  const before = known?.externalUsers.find(
    (user) => user.integrationId === integrationId && user.externalUserId === externalUserId,
  );
  const validity = (['validFrom', 'validTo'] as const).map((field) => {
    if (!columns.includes(field)) return before?.[field] ?? null;
    const at = instantOrFault(fields[field], unit.document.timeZone);
    if (typeof at !== 'object' || at === null) return at;
    faults.push({ path: field, message: at.fault });
    return null;
  });
  draft.fields.externalUsers.push({
    integrationId,
    externalUserId,
    validFrom: validity[0],
    validTo: validity[1],
  });
  return faults;
}

/**
 * The external users of a file beside those that are. One that is there already keeps its validity where the file has
 * no columns for it, else has that of the file. Columns that are there, and empty on every line, leave none.
 */
function usersWith(
  known: ExternalUsers,
  ofFile: ExternalUsers,
  columns: readonly string[],
): Person['externalUsers'] {
  if (ofFile.length === 0) return columns.includes('externalUserId') ? [] : [...known];
  const hasValidity = columns.includes('validFrom') || columns.includes('validTo');
  const byUser = Map.groupBy(ofFile, userKey);
  const placed = new Set<string>();
  const users = known.flatMap((user) => {
    const key = userKey(user);
    const own = byUser.get(key);
    const isFirst = !placed.has(key);
    placed.add(key);
    if (!own || !hasValidity) return [user];
    return isFirst ? own : [];
  });
  return [...users, ...ofFile.filter((user) => !placed.has(userKey(user)))];
}

type ExternalUsers = Readonly<Person['externalUsers']>;

const userKey = ({ integrationId, externalUserId }: ExternalUsers[number]): string =>
  `${integrationId}|${externalUserId}`;

/** A date is the start of that day, a time without offset is one of the planning unit's zone. */
function instantOrFault(value: unknown, zone: string): Instant | null | { readonly fault: string } {
  if (value === undefined || value === null) return null;
  const text = String(value);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && isCalendarDate(text)) return dayStart(zone, text);
  return scheduleInstant(text, zone);
}

function refused(lines: readonly number[], faults: readonly RejectedLine[]): RejectedLine[] {
  const bad = new Set(faults.map(({ line }) => line));
  const message = `refused with line ${[...bad].join(', ')} of the same person`;
  const good = lines.filter((line) => !bad.has(line));
  return [...faults, ...everyLine(good, [{ path: '', message }])];
}
