/** Finds the fields of the adapter's table in an object, one look-up per member that the object has. */
import { adapter, canonical, type FieldName } from './adapter.ts';

/** A value as sent, and a label where the value was `{id, label}`. */
export interface FieldValue {
  readonly text: string;
  readonly label: string | null;
}

/** Usable values by field; `time` has all of them, since the first may not be readable as a time. */
export interface Fields {
  readonly values: Partial<Record<FieldName, FieldValue>>;
  readonly times: readonly string[];
  /** A number among them is too great to be exact: read the source text instead. */
  readonly inexact: boolean;
}

export function readFields(object: Readonly<Record<string, unknown>>): Fields {
  const found: Found = { values: {}, ranks: {}, keys: {}, times: [], inexact: false };
  for (const key in object) {
    const plan = planOf(key);
    if (plan === null) continue;
    const value = object[key];
    if (value === null || value === undefined) continue;
    if (plan.own !== null) consider(found, plan.own, key, value);
    if (plan.members !== null && typeof value === 'object') {
      for (const member in value) {
        const slot = plan.members.get(canonicalOf(member));
        if (slot !== undefined) consider(found, slot, member, (value as Record<string, unknown>)[member]);
      }
    }
  }
  const times = found.times.sort(byRank).map(({ text }) => text);
  return { values: found.values, times, inexact: found.inexact };
}

/** The text of a usable value, NFC and trimmed; null for what is empty, a flag, a list, or an object without a key. */
export function fieldValue(value: unknown): FieldValue | null {
  if (typeof value === 'string') return textValue(value, null);
  if (typeof value === 'number') return { text: String(value), label: null };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const key = firstText(value, adapter.keyedValue.key);
  return key === null ? null : { text: key, label: firstText(value, adapter.keyedValue.label) };
}

interface Found {
  readonly values: Partial<Record<FieldName, FieldValue>>;
  readonly ranks: Partial<Record<FieldName, number>>;
  readonly keys: Partial<Record<FieldName, string>>;
  readonly times: { text: string; rank: number; key: string }[];
  inexact: boolean;
}

interface Slot {
  readonly field: FieldName;
  /** Place in the table; lower wins. */
  readonly rank: number;
}

interface KeyPlan {
  readonly own: Slot | null;
  readonly members: ReadonlyMap<string, Slot> | null;
}

function consider(found: Found, slot: Slot, key: string, raw: unknown): void {
  const { field, rank } = slot;
  const known = found.ranks[field];
  if (
    field !== 'time' &&
    known !== undefined &&
    (known < rank || (known === rank && found.keys[field]! <= key))
  )
    return;
  const value = fieldValue(raw);
  if (value === null) return;
  if (typeof raw === 'number' && Math.abs(raw) >= 2 ** 53) found.inexact = true;
  if (field === 'time') {
    found.times.push({ text: value.text, rank, key });
    return;
  }
  found.values[field] = value;
  found.ranks[field] = rank;
  found.keys[field] = key;
}

/** Two spellings of one rank (`agent-id` beside `agent_id`) are told apart by the spelling, not by their order. */
function byRank(a: { rank: number; key: string }, b: { rank: number; key: string }): number {
  return a.rank - b.rank || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

function textValue(raw: string, label: string | null): FieldValue | null {
  const text = cleanText(raw);
  return text === '' ? null : { text, label };
}

/** NFC, trimmed, without halves of surrogate pairs; case and inner blanks are kept. */
export function cleanText(raw: string): string {
  if (plain.test(raw)) return raw;
  return raw.toWellFormed().normalize('NFC').trim();
}
const plain = /^[!-~](?:[ -~]*[!-~])?$/;

function firstText(object: object, names: readonly string[]): string | null {
  let best: string | null = null;
  let bestRank = names.length;
  for (const member in object) {
    const rank = names.indexOf(canonicalOf(member));
    if (rank === -1 || rank >= bestRank) continue;
    const value = (object as Record<string, unknown>)[member];
    const text =
      typeof value === 'string' ? cleanText(value) : typeof value === 'number' ? String(value) : '';
    if (text === '') continue;
    best = text;
    bestRank = rank;
  }
  return best;
}

const canonicals = new Map<string, string>();

function canonicalOf(member: string): string {
  const known = canonicals.get(member);
  if (known !== undefined) return known;
  const name = canonical(member);
  if (canonicals.size < maxPlans && member.length <= 64) canonicals.set(member, name);
  return name;
}

const plans = new Map<string, KeyPlan | null>();

/** Senders invent keys; beyond this many distinct ones they are looked up without being remembered. */
const maxPlans = 10_000;

function planOf(key: string): KeyPlan | null {
  const known = plans.get(key);
  if (known !== undefined) return known;
  const own = exact.get(key) ?? table.own.get(canonical(key)) ?? null;
  const members = table.members.get(canonical(key)) ?? null;
  const plan = own === null && members === null ? null : { own, members };
  if (plans.size < maxPlans && key.length <= 64) plans.set(key, plan);
  return plan;
}

const exact = new Map<string, Slot>();
const table = compile();

/** `a.b` is a member of an object in JSON, and a name of its own (`a.b`, `a[b]`) in a form. */
function compile(): { own: Map<string, Slot>; members: Map<string, Map<string, Slot>> } {
  const own = new Map<string, Slot>();
  const members = new Map<string, Map<string, Slot>>();
  for (const field of Object.keys(adapter.fields) as FieldName[]) {
    adapter.fields[field].forEach((spelling: string, rank: number) => {
      const slot = { field, rank };
      if (!exact.has(spelling)) exact.set(spelling, slot);
      const name = canonical(spelling);
      if (!own.has(name)) own.set(name, slot);
      const [parent, member] = spelling.split('.');
      if (parent === undefined || member === undefined) return;
      const known = members.get(canonical(parent)) ?? new Map<string, Slot>();
      known.set(canonical(member), slot);
      members.set(canonical(parent), known);
    });
  }
  for (const field of ['breakType', 'status'] as const) {
    adapter.fields[field].forEach((spelling: string, rank: number) => {
      const name = canonical(`${spelling}.id`);
      if (!own.has(name)) own.set(name, { field, rank });
    });
  }
  return { own, members };
}
