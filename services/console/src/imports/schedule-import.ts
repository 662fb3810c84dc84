/** Lines of an import -> schedule documents, and what the owners said of them -> lines. */
import { setImmediate as othersTurn } from 'node:timers/promises';
import { type Fault, faultsOf } from '@adherence/domain/configuration/command.ts';
import { idSchema } from '@adherence/domain/configuration/entities.ts';
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { ScheduledActivity } from '@adherence/domain/model.ts';
import { z } from 'zod';
import { dateText } from '../http/instant.ts';
import type { ScheduleResult } from '../schedules/commands.ts';
import {
  activitySlot,
  maxActivities,
  readSlot,
  scheduleInput,
  scheduleZone,
} from '../schedules/documents.ts';
import { type ImportLine, linesPerTurn, type RejectedLine } from './lines.ts';

export const scheduleColumns = {
  known: ['personId', 'shiftDate', 'activityId', 'start', 'end'],
  required: ['personId', 'shiftDate', 'activityId', 'start', 'end'],
} as const;

/** A document as its lines tell it; lines of activities are in the order of the activities. */
export interface ImportedDocument {
  readonly personId: string;
  readonly shiftDate: string;
  readonly lines: readonly number[];
  readonly activities: readonly (ScheduledActivity & { readonly line: number })[];
}

export interface ImportedSchedules {
  readonly documents: readonly ImportedDocument[];
  readonly rejected: readonly RejectedLine[];
}

/** Dates of one person at once, so that they fit one record. */
const maxDocumentsOfPerson = 750;

const address = z.strictObject({ personId: idSchema, shiftDate: dateText });
const documentLine = scheduleInput.safeExtend(address.shape);
const slotLine = activitySlot.safeExtend(address.shape);
/** A line without an activity: a day off. */
const dayOffLine = address;

/** A document with a bad line is refused whole: its good lines are told with the bad ones. */
export async function readScheduleLines(
  lines: readonly ImportLine[],
  tables: TenantTables,
): Promise<ImportedSchedules> {
  const drafts = new Map<string, Draft>();
  const rejected: RejectedLine[] = [];
  for (const [index, line] of lines.entries()) {
    if (index % linesPerTurn === 0) await othersTurn();
    const read = readLine(line, tables);
    const draft = read.key === null ? null : draftOf(drafts, read.key);
    if (!draft) {
      rejected.push({ line: line.line, errors: read.faults });
      continue;
    }
    if (read.isDocument && draft.lines.length > 0) {
      read.faults.push({ path: '', message: `line ${draft.lines[0]} has a schedule of this date already` });
    }
    draft.lines.push(line.line);
    draft.activities.push(...read.activities);
    if (read.faults.length > 0) draft.faults.push({ line: line.line, errors: read.faults });
  }
  const documents: ImportedDocument[] = [];
  for (const draft of tooMany(drafts.values())) {
    const { personId, shiftDate, lines: own, activities } = draft;
    activities.sort((a, b) => a.start - b.start);
    const document = { personId, shiftDate, lines: own, activities };
    if (draft.faults.length === 0) documents.push(document);
    else rejected.push(...refusedWhole(document, draft.faults));
  }
  return { documents, rejected };
}

/** What the owner said of a document -> its lines; nothing when it was taken. */
export function rejectedByOwner(document: ImportedDocument, result: ScheduleResult): RejectedLine[] {
  if (result.ok) return [];
  const faults = result.errors.flatMap(({ path, message }): RejectedLine[] => {
    const [, index, rest = ''] = /^activities\[(\d+)\]\.?(.*)$/.exec(path) ?? [];
    const line = index === undefined ? undefined : document.activities[Number(index)]?.line;
    if (line === undefined)
      return document.lines.map((each) => ({ line: each, errors: [{ path, message }] }));
    const isWhole = document.lines.length === 1;
    return [{ line, errors: [{ path: isWhole ? path : rest, message }] }];
  });
  return refusedWhole(document, faults);
}

interface Draft {
  readonly personId: string;
  readonly shiftDate: string;
  readonly lines: number[];
  readonly activities: (ScheduledActivity & { readonly line: number })[];
  readonly faults: RejectedLine[];
}

interface ReadLine {
  /** null when the line does not say which document it belongs to. */
  readonly key: { readonly personId: string; readonly shiftDate: string } | null;
  readonly isDocument: boolean;
  readonly activities: (ScheduledActivity & { readonly line: number })[];
  readonly faults: Fault[];
}

function readLine({ line, value }: ImportLine, tables: TenantTables): ReadLine {
  const isDocument = 'activities' in value;
  const isDayOff = !isDocument && !['activityId', 'start', 'end'].some((field) => field in value);
  const schema = isDocument ? documentLine : isDayOff ? dayOffLine : slotLine;
  const parsed = (schema as z.ZodType).safeParse(value);
  const faults = parsed.success ? [] : faultsOf(parsed.error);
  // A line whose activity is bad may say all the same where it belongs.
  const { personId, shiftDate } = value;
  const key = (parsed.success ? parsed.data : address.safeParse({ personId, shiftDate }).data) as
    | z.output<typeof address>
    | undefined;
  const zone = key ? scheduleZone(tables, key.personId) : null;
  if (key && zone === null) faults.push({ path: 'personId', message: `unknown person ${key.personId}` });
  const activities: ReadLine['activities'] = [];
  if (parsed.success && zone !== null) {
    const slots = isDocument
      ? (parsed.data as z.output<typeof documentLine>).activities
      : isDayOff
        ? []
        : [parsed.data as z.output<typeof slotLine>];
    slots.forEach((slot, index) => {
      const read = readSlot(slot, zone, isDocument ? `activities[${index}].` : '');
      faults.push(...read.faults);
      if (read.activity) activities.push({ ...read.activity, line });
    });
  }
  return { key: key ?? null, isDocument, activities, faults };
}

function draftOf(drafts: Map<string, Draft>, key: { personId: string; shiftDate: string }): Draft {
  const id = `${key.personId}|${key.shiftDate}`;
  let draft = drafts.get(id);
  if (!draft) {
    draft = { ...key, lines: [], activities: [], faults: [] };
    drafts.set(id, draft);
  }
  return draft;
}

/** Marks what is too much of one person, or in one document. */
function* tooMany(drafts: Iterable<Draft>): Iterable<Draft> {
  const ofPerson = new Map<string, number>();
  for (const draft of drafts) {
    const { personId, lines, activities, faults } = draft;
    const count = (ofPerson.get(personId) ?? 0) + 1;
    ofPerson.set(personId, count);
    const refuse = (message: string) =>
      faults.push(...lines.map((line) => ({ line, errors: [{ path: '', message }] })));
    if (count > maxDocumentsOfPerson)
      refuse(`more than ${maxDocumentsOfPerson} shift dates of one person at once`);
    if (activities.length > maxActivities) refuse(`more than ${maxActivities} activities of one shift date`);
    yield draft;
  }
}

function refusedWhole(
  { lines }: Pick<ImportedDocument, 'lines'>,
  faults: readonly RejectedLine[],
): RejectedLine[] {
  const bad = new Set(faults.map(({ line }) => line));
  const message = `refused with line ${[...bad].join(', ')} of the same schedule`;
  const good = lines
    .filter((line) => !bad.has(line))
    .map((line) => ({ line, errors: [{ path: '', message }] }));
  return [...faults, ...good];
}
