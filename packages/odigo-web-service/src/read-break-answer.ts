/**
 * An answer of the web service as JSON: `{agentId?, status?, breakType}`, in the spellings that notifications may have
 * (the adapter's table of packages/domain), alone, in a list of one, or under one name. Total and pure.
 */
import { readFields } from '@adherence/domain/notifications/field-reader.ts';
import { maxTextLength } from '@adherence/domain/notifications/parse.ts';
import type { BreakAnswer, BreakQuestion } from './break-type-source.ts';

/** null when it is no answer to the question. */
export function readBreakAnswer(text: string, { externalUserId, status }: BreakQuestion): BreakAnswer | null {
  const object = innermost(parseJson(text));
  if (!object) return null;
  const { values } = readFields(object);
  const tellsAgent = values.agentId !== undefined;
  if (tellsAgent && !isSameAgent(values.agentId!.text, externalUserId)) return null;
  const breakType = values.breakType?.text ?? null;
  if (breakType !== null && breakType.length > maxTextLength) return null;
  const told = values.status?.text ?? null;
  // An object that names nothing we know is some other document, not an agent without a break.
  if (breakType === null && told === null && !tellsAgent && !hasBreakField(object)) return null;
  if (breakType === null) return { kind: 'none' };
  if (status !== null && told !== null && told.toLowerCase() !== status.toLowerCase())
    return { kind: 'none' };
  return { kind: 'found', breakType };
}

/** Odigo's own APIs vary in the case of logins; a web service may answer in another case than notifications use. */
const isSameAgent = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** A break that is there and empty says that there is none. */
const hasBreakField = (object: Readonly<Record<string, unknown>>): boolean =>
  Object.keys(object).some((key) => readFields({ [key]: 'x' }).values.breakType !== undefined);

function innermost(value: unknown): Readonly<Record<string, unknown>> | null {
  let inner = value;
  for (let depth = 0; depth < 3; depth++) {
    if (Array.isArray(inner) && inner.length === 1) inner = inner[0];
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return null;
    const object = inner as Readonly<Record<string, unknown>>;
    const keys = Object.keys(object);
    const only = keys.length === 1 ? object[keys[0]!] : null;
    const wraps = typeof only === 'object' && only !== null && wrappers.has(keys[0]!.toLowerCase());
    if (!wraps) return object;
    inner = only;
  }
  return null;
}
const wrappers: ReadonlySet<string> = new Set(['data', 'result', 'agent', 'agents', 'response']);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
