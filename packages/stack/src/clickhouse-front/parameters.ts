import { EngineError } from './engine-error.ts';
import { type Token, type TokenKind, tokensOf } from './tokens.ts';

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
  if (structured.test(type)) return `_CAST(${asExpression(name, value)}, ${quote(type)})`;
  return `_CAST(${quote(quotesElements.test(type) ? value : unescapeValue(value))}, ${quote(type)})`;
}

/** No cast from text reads these; their text form is that of an SQL literal. */
const structured = /\b(?:Map|Tuple)\(/;

/** The elements carry their own quotes and escapes, which the cast reads. */
const quotesElements = /^(?:Nullable\()?(?:Array|Variant|JSON|Dynamic)\b/;

/** Only one balanced literal may become SQL: no comments, no names, nothing behind the last bracket. */
function asExpression(name: string, value: string): string {
  const tokens = [...tokensOf(value)];
  let depth = 0;
  let end = 0;
  let expression = '';
  for (const [index, { kind, text, start, end: tokenEnd }] of tokens.entries()) {
    if (kind === 'symbol' && '([{'.includes(text)) depth += 1;
    if (kind === 'symbol' && ')]}'.includes(text)) depth -= 1;
    const whole = depth > 0 || index === tokens.length - 1;
    const bare = value.slice(end, start).trim() === '' && isLiteralPart(kind, text);
    if (!whole || !bare) throw badValue(name);
    expression += value.slice(end, start) + (kind === 'symbol' ? (asFunction[text] ?? text) : text);
    end = tokenEnd;
  }
  if (depth !== 0 || value.slice(end).trim() !== '') throw badValue(name);
  return expression;
}
/** `{k: v}` is not an expression everywhere, `map(k, v)` is. */
const asFunction: Readonly<Record<string, string>> = { '{': 'map(', '}': ')', ':': ',' };

function isLiteralPart(kind: TokenKind, text: string): boolean {
  if (kind === 'word') return constant.test(text);
  return kind === 'string' || kind === 'number' || (kind === 'symbol' && '[](){},:+-.'.includes(text));
}

const badValue = (name: string): EngineError =>
  new EngineError(457, `Value of \`${name}\` is no literal of its type. (BAD_QUERY_PARAMETER)`);
const constant = /^(?:true|false|null|nan|inf)$/i;

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
