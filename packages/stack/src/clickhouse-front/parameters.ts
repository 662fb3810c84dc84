import { EngineError } from './engine-error.ts';
import { type Token, tokensOf } from './tokens.ts';

/**
 * The statement with each `{name:Type}` replaced by a literal of that type, as the server does it: the value becomes
 * `_CAST('…', 'Type')`, an Identifier a quoted name. Values come in the escaped form of HTTP `param_*`.
 * The engine's own binding is not used: it is global to the process, so that parallel statements disturb each other.
 * @param until offset from which the text is data, not SQL
 * @throws EngineError 456 when a parameter has no value
 */
export function bindParameters(
  sql: string,
  parameters: ReadonlyMap<string, string>,
  until: number = sql.length,
): string {
  let bound = '';
  let copied = 0;
  for (const token of tokensOf(sql)) {
    if (token.start >= until) break;
    if (token.kind !== 'parameter') continue;
    bound += sql.slice(copied, token.start) + literal(token, parameters);
    copied = token.end;
  }
  return bound + sql.slice(copied);
}

function literal(token: Token, parameters: ReadonlyMap<string, string>): string {
  const colon = token.text.indexOf(':');
  const name = token.text.slice(1, colon).trim();
  const type = token.text.slice(colon + 1, -1).trim();
  const value = parameters.get(name);
  if (value === undefined) {
    throw new EngineError(456, `Substitution \`${name}\` is not set. (UNKNOWN_QUERY_PARAMETER)`);
  }
  if (type === 'Identifier') return `\`${unescapeValue(value).replace(/[\\`]/g, '\\$&')}\``;
  if (value === '\\N') return `_CAST(NULL, ${quote(type)})`;
  return `_CAST(${quote(composite.test(type) ? value : unescapeValue(value))}, ${quote(type)})`;
}

/** Inside these the elements carry their own quotes and escapes, which the cast reads. */
const composite = /^(?:Nullable\()?(?:Array|Map|Tuple|Nested|Variant|JSON|Dynamic)\b/;

/** A string literal: only the backslash and the quote can end one early. */
export const quote = (text: string): string => `'${text.replace(/[\\']/g, '\\$&').replaceAll('\0', '\\0')}'`;

/** Undoes the escapes of the TabSeparated format, in which parameter values travel. */
function unescapeValue(value: string): string {
  if (!value.includes('\\')) return value;
  return value.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/gs, (_, hex: string | undefined, char: string) =>
    hex === undefined ? (escapes[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
const escapes: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  0: '\0',
  a: '\x07',
  v: '\v',
};
