/**
 * A request body as items with the bytes they came in: one JSON object, an array, an envelope around an array,
 * several of these one after the other (NDJSON), or a urlencoded form per line. What it is shows in the first byte; the
 * content type only names the charset. Nothing here throws, and what is broken costs itself alone.
 */
import { adapter, canonical } from './adapter.ts';
import { envelopeOf, type ScalarMember } from './envelope.ts';
import {
  closeBrace,
  closeBracket,
  colon,
  comma,
  isBlank,
  newline,
  openBrace,
  openBracket,
  quote,
  skipBlanks,
  stringEnd,
  type ValueRange,
  valueRange,
} from './json-ranges.ts';
import { parseItem } from './parse.ts';
import type { RejectReason } from './reject-reasons.ts';
import { toAsciiSuperset } from './text.ts';

export const maxItems = 5_000;
export const maxDepth = 64;
/** A record must fit into one Kafka batch of 1 MiB. */
export const maxItemBytes = 900_000;

export type ItemFormat = 'json' | 'form';

export interface BodyItem {
  readonly format: ItemFormat;
  /** A view into the body, or into its transcoding where the sender declared a charset. */
  readonly bytes: Buffer;
  /** What is wrong with the item before it is read, else null. */
  readonly fault: RejectReason | null;
  /** Members of the envelope around it that hold for it too, as a JSON object (envelope.ts); null without any. */
  readonly envelope: string | null;
}

export type SplitBody =
  | { readonly kind: 'items'; readonly items: readonly BodyItem[] }
  | { readonly kind: 'unparseable'; readonly reason: RejectReason }
  | { readonly kind: 'too-many-items' };

export function splitBody(body: Buffer, contentType?: string): SplitBody {
  const bytes = toAsciiSuperset(body, contentType);
  const start = skipBlanks(bytes, 0, bytes.length);
  if (start === bytes.length) return { kind: 'unparseable', reason: 'body-empty' };
  const first = bytes[start]!;
  const items =
    first === openBrace || first === openBracket
      ? splitJson(bytes, start)
      : (splitForm(bytes, start) ?? splitLines(bytes, start));
  if (items.length > maxItems) return { kind: 'too-many-items' };
  const split = items.length === 0 || items.some((item) => item.fault !== 'item-malformed');
  return split ? { kind: 'items', items } : { kind: 'unparseable', reason: 'body-unparseable' };
}

/** JSON values one after the other; from the first broken one on each line is read by itself. */
function splitJson(bytes: Buffer, start: number): BodyItem[] {
  const items: BodyItem[] = [];
  let at = start;
  while (at < bytes.length && items.length <= maxItems) {
    const end = takeValue(bytes, at, bytes.length, items);
    if (end === null) {
      takeLines(bytes, at, items);
      break;
    }
    at = skipSeparators(bytes, end, bytes.length);
  }
  return items;
}

/** Between top-level values a comma is forgiven. */
function skipSeparators(bytes: Buffer, at: number, limit: number): number {
  while (at < limit && (isBlank(bytes[at]!) || bytes[at] === comma)) at++;
  return at;
}

/** Rubbish first, perhaps items on lines of their own after it. */
function splitLines(bytes: Buffer, start: number): BodyItem[] {
  const items: BodyItem[] = [];
  takeLines(bytes, start, items);
  return items;
}

/** Line breaks within a form are escaped (%0A), so that each line is one. */
function splitForm(bytes: Buffer, start: number): BodyItem[] | null {
  if (!isForm(bytes, start, bytes.length)) return null;
  const items: BodyItem[] = [];
  takeLines(bytes, start, items, true);
  return items;
}

/** A form has a name and `=` first. */
function isForm(bytes: Buffer, start: number, end: number): boolean {
  return /^[^\s=&{}"<>]+=/.test(bytes.toString('latin1', start, Math.min(end, start + 256)));
}

function takeLines(bytes: Buffer, start: number, items: BodyItem[], forms = false): void {
  let at = start;
  while (at < bytes.length && items.length <= maxItems) {
    const found = bytes.indexOf(newline, at);
    const lineEnd = found === -1 ? bytes.length : found;
    let last = lineEnd;
    while (last > at && isBlank(bytes[last - 1]!)) last--;
    let position = skipBlanks(bytes, at, last);
    if (forms && position < last && isForm(bytes, position, last)) {
      items.push(itemOf(bytes, position, last, null, 'form'));
      position = last;
    }
    while (position < last) {
      const end = takeValue(bytes, position, last, items);
      if (end === null) items.push(itemOf(bytes, position, last, 'item-malformed'));
      position = end === null ? last : skipSeparators(bytes, end, last);
    }
    at = lineEnd + 1;
  }
}

/** Adds the items of the value at `at`; its end, or null (nothing added) where it is broken and nothing can be saved. */
function takeValue(bytes: Buffer, at: number, limit: number, items: BodyItem[]): number | null {
  const first = bytes[at]!;
  if (first === openBracket) return takeArray(bytes, at, limit, items, items.length);
  return first === openBrace ? takeObject(bytes, at, limit, items) : null;
}

/** An object is an item, unless it is an envelope: then its arrays are. */
function takeObject(bytes: Buffer, start: number, limit: number, items: BodyItem[]): number | null {
  const before = items.length;
  const { end, whole, enveloped, depth, scalars } = scanObject(bytes, start, limit, items);
  if (end === null || !(whole || enveloped)) return null;
  if (enveloped) {
    const envelope = envelopeOf(bytes, scalars);
    if (envelope !== null) {
      for (let i = before; i < items.length; i++) items[i] = { ...items[i]!, envelope };
    }
    if (!whole || !isItemItself(bytes.subarray(start, end), items, before)) return end;
  }
  items.length = before;
  items.push(itemOf(bytes, start, end, depth > maxDepth ? 'item-too-deep' : null));
  return end;
}

interface ObjectScan {
  /** null where it is broken before anything of it could be saved. */
  readonly end: number | null;
  readonly whole: boolean;
  /** Its arrays were taken for those of an envelope, their elements added. */
  readonly enveloped: boolean;
  readonly depth: number;
  readonly scalars: readonly ScalarMember[];
}

function scanObject(bytes: Buffer, start: number, limit: number, items: BodyItem[]): ObjectScan {
  const before = items.length;
  const scalars: ScalarMember[] = [];
  let depth = 1;
  let enveloped = false;
  const scanned = (end: number | null, whole: boolean): ObjectScan => ({
    end,
    whole,
    enveloped,
    depth,
    scalars,
  });
  const broken = (at: number) => scanned(enveloped ? saveRest(bytes, at, limit, items) : null, false);
  let at = skipBlanks(bytes, start + 1, limit);
  while (at < limit && bytes[at] !== closeBrace) {
    const keyAt = at;
    const keyEnd = bytes[at] === quote ? stringEnd(bytes, at, limit) : -1;
    if (keyEnd < 0) return broken(at);
    at = skipBlanks(bytes, keyEnd, limit);
    if (bytes[at] === colon) at = skipBlanks(bytes, at + 1, limit);
    if (at >= limit) break;
    if (bytes[at] === openBracket && isEnvelopeKey(bytes, keyAt + 1, keyEnd - 1)) {
      enveloped = true;
      const end = takeArray(bytes, at, limit, items, before);
      if (end === null) return scanned(null, false);
      at = end;
    } else {
      const range = valueRange(bytes, at, limit);
      if (!range.whole) return broken(at);
      if (range.depth === 0) scalars.push({ keyAt, keyEnd, start: at, end: range.end });
      depth = Math.max(depth, range.depth + 1);
      at = range.end;
    }
    at = skipBlanks(bytes, at, limit);
    if (bytes[at] === comma) at = skipBlanks(bytes, at + 1, limit);
  }
  const whole = at < limit;
  return scanned(whole ? at + 1 : limit, whole);
}

/** Does an object with an array under an envelope's name tell of an agent by itself, and its array of none? */
function isItemItself(object: Buffer, items: readonly BodyItem[], from: number): boolean {
  for (let i = from; i < items.length; i++) {
    const item = items[i]!;
    if (item.fault === null && parseItem(item.format, item.bytes, item.envelope).ok) return false;
  }
  return parseItem('json', object).ok;
}

/** The elements of an array; null (nothing added) when it is broken before its first good element. */
function takeArray(
  bytes: Buffer,
  start: number,
  limit: number,
  items: BodyItem[],
  before: number,
): number | null {
  let at = start + 1;
  let rescues = 0;
  while (items.length <= maxItems) {
    at = skipBlanks(bytes, at, limit);
    const byte = bytes[at];
    if (byte === closeBracket && at < limit) return at + 1;
    if (byte === comma && at < limit) {
      at++;
      continue;
    }
    const range = at < limit ? valueRange(bytes, at, limit) : null;
    if (range?.whole) {
      items.push(itemOf(bytes, at, range.end, range.depth > maxDepth ? 'item-too-deep' : null));
      at = range.end;
      continue;
    }
    const next = range !== null && rescues++ < maxRescues ? nextElement(bytes, range, limit) : limit;
    if (next === limit && items.length === before) return null;
    if (range !== null) items.push(itemOf(bytes, at, next, 'item-malformed'));
    if (next === limit) return limit;
    at = next;
  }
  return limit;
}

/** Each rescue may look to the end of the body, so their number is bounded. */
const maxRescues = 16;

/** Where the next element may begin after a broken one: at `{` after `}` and a comma, or at the start of a line. */
function nextElement(bytes: Buffer, broken: ValueRange, limit: number): number {
  for (let i = broken.start + 1; i < limit; i++) {
    if (bytes[i] !== openBrace) continue;
    let j = i - 1;
    while (j > broken.start && isBlank(bytes[j]!) && bytes[j] !== newline) j--;
    if (bytes[j] === newline) return i;
    if (bytes[j] !== comma) continue;
    j--;
    while (j > broken.start && isBlank(bytes[j]!)) j--;
    if (bytes[j] === closeBrace) return i;
  }
  return limit;
}

/** What follows the good items of an envelope that is broken after them. */
function saveRest(bytes: Buffer, at: number, limit: number, items: BodyItem[]): number {
  items.push(itemOf(bytes, at, limit, 'item-malformed'));
  return limit;
}

const envelopeKeys = new Set(adapter.envelopes.map(canonical));

function isEnvelopeKey(bytes: Buffer, start: number, end: number): boolean {
  return end - start <= 64 && envelopeKeys.has(canonical(bytes.toString('latin1', start, end)));
}

function itemOf(
  bytes: Buffer,
  start: number,
  end: number,
  fault: RejectReason | null,
  format: ItemFormat = 'json',
): BodyItem {
  const tooLarge = fault === null && end - start > maxItemBytes;
  return {
    format,
    bytes: bytes.subarray(start, end),
    fault: tooLarge ? 'item-too-large' : fault,
    envelope: null,
  };
}
