/** Lines of an import -> documents of people. In CSV a person has a line per external user. */
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
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { Instant } from '@adherence/domain/model.ts';
import { instantText, isCalendarDate } from '../http/instant.ts';
import { scheduleInstant } from '../schedules/local-time.ts';
import { type ImportLine, linesPerTurn, type RejectedLine } from './lines.ts';

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
}

export interface ImportedPeople {
  readonly people: readonly ImportedPerson[];
  readonly rejected: readonly RejectedLine[];
}

const documentLine = personSchemaWith(instantText);
const flatFields = new Set<string>(peopleColumns.known);

/** A person with a bad line is refused whole: its good lines are told with the bad ones. */
export async function readPeopleLines(
  lines: readonly ImportLine[],
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
    const draft = drafts.get(parsedId.data) ?? { lines: [], faults: [], fields: null };
    drafts.set(parsedId.data, draft);
    draft.lines.push(line);
    const errors = isFlat(fields) ? addFlat(draft, fields, tables) : addDocument(draft, fields);
    if (errors.length > 0) draft.faults.push({ line, errors });
  }
  const people: ImportedPerson[] = [];
  let count = 0;
  for (const [personId, draft] of drafts) {
    if (count++ % linesPerTurn === 0) await othersTurn();
    const read = draft.faults.length === 0 ? personSchema.safeParse(draft.fields) : null;
    if (read?.success) people.push({ personId, lines: draft.lines, document: read.data });
    else
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
): { readonly people: readonly LimitedPerson[]; readonly beyond: readonly RejectedLine[] } {
  if (!teams) return { people: all.map((person) => ({ ...person, ifMatch: null })), beyond: [] };
  const people: LimitedPerson[] = [];
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

export interface LimitedPerson extends ImportedPerson {
  readonly ifMatch: number | null;
}

interface Draft {
  readonly lines: number[];
  readonly faults: RejectedLine[];
  fields: DraftFields | null;
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

function addFlat(draft: Draft, fields: Readonly<Record<string, unknown>>, tables: TenantTables): Fault[] {
  const { name, team = null, planningUnitId = 'default', integrationId, externalUserId } = fields;
  draft.fields ??= { name, team, planningUnitId, externalUsers: [] };
  const own = { name, team, planningUnitId };
  const faults: Fault[] = (['name', 'team', 'planningUnitId'] as const)
    .filter((field) => draft.fields![field] !== own[field])
    .map((field) => ({ path: field, message: `differs from line ${draft.lines[0]} of the same person` }));
  if (integrationId === undefined && externalUserId === undefined) return faults;
  const unit = tables.planningUnits.get(String(planningUnitId)) ?? tables.planningUnits.get('default')!;
  const validity = (['validFrom', 'validTo'] as const).map((field) => {
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
