import { EngineError } from './engine-error.ts';
import { type InsertTarget, insertTarget } from './insert-target.ts';
import { bindParameters, quote } from './parameters.ts';
import { isWord, type Token, tokensOf } from './tokens.ts';

/** `insert` brings data, in the text or in a body; `session` statements (SET, USE) change nothing over HTTP. */
export type StatementKind = 'read' | 'insert' | 'session' | 'alter' | 'other';

export interface Statement {
  readonly kind: StatementKind;
  /** Ready for the engine: parameters bound, settings appended, no trailing semicolon. */
  readonly sql: string;
  /** From the FORMAT clause: of the result, or of the data of an INSERT. */
  readonly format: string | undefined;
  /** The parts of a plain `INSERT INTO t (columns) SETTINGS … FORMAT f`, whose data is in the body. */
  readonly insert: InsertTarget | undefined;
  /** The text itself goes on with rows behind `FORMAT f`. */
  readonly inlineData: boolean;
}

/**
 * Reads one statement of the HTTP interface.
 * @param settings from the URL; they become SQL-level SETTINGS, because others would stay in the engine's session
 * @throws EngineError 62 for several statements in one, 456 for a missing parameter
 */
export function readStatement(
  text: string,
  parameters: ReadonlyMap<string, string>,
  settings: ReadonlyMap<string, string>,
): Statement {
  const { tokens, dataFrom, end } = scan(text);
  const kind = kindOf(tokens);
  if (kind === 'insert') {
    const head = withInsertSettings(text.slice(0, dataFrom ?? end), tokens, settings);
    const values = isWord(tokens.at(-1), 'VALUES');
    const sql = values && parameters.size === 0 ? head : bindParameters(head, parameters);
    if (dataFrom === undefined) return { ...plain, kind, sql };
    const insert = insertTarget(tokens, settings);
    const inline = text.slice(dataFrom);
    const inlineData = inline.trim() !== '';
    return { kind, sql: sql + inline, format: tokens.at(-1)!.text, insert, inlineData };
  }
  const bound = bindParameters(text.slice(0, end), parameters);
  // In other statements (CREATE …) a SETTINGS clause would mean something else.
  const sql = kind === 'read' || kind === 'alter' ? appendSettings(bound, tokens, settings) : bound;
  return { ...plain, kind, sql, format: formatOf(tokens) };
}
const plain = { format: undefined, insert: undefined, inlineData: false } as const;

/** Tokens up to the end of the SQL: the trailing semicolon, or the data that follows `FORMAT name` in an INSERT. */
function scan(text: string): { tokens: Token[]; dataFrom: number | undefined; end: number } {
  const tokens: Token[] = [];
  let semicolon: number | undefined;
  let depth = 0;
  let bringsData = false;
  for (const token of tokensOf(text)) {
    if (token.kind === 'symbol' && token.text === ';') {
      semicolon ??= token.start;
      continue;
    }
    if (semicolon !== undefined) {
      throw new EngineError(62, 'Multi-statements are not allowed. (SYNTAX_ERROR)');
    }
    tokens.push(token);
    if (tokens.length === 1) bringsData = isWord(token, 'INSERT');
    if (token.kind === 'symbol') depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
    if (!bringsData || depth > 0) continue;
    if (isWord(token, 'SELECT') || isWord(token, 'WITH')) bringsData = false;
    else if (isWord(token, 'VALUES')) return { tokens, dataFrom: undefined, end: text.length };
    else if (isWord(tokens.at(-2), 'FORMAT')) return { tokens, dataFrom: token.end, end: token.end };
  }
  if (tokens.length === 0) throw new EngineError(62, 'Empty query. (SYNTAX_ERROR)');
  return { tokens, dataFrom: undefined, end: semicolon ?? text.length };
}

function kindOf(tokens: readonly Token[]): StatementKind {
  const first = tokens.find((token) => token.text !== '(')?.text.toUpperCase() ?? '';
  if (first === 'INSERT') return 'insert';
  if (first === 'SET' || first === 'USE') return 'session';
  if (first === 'ALTER') return 'alter';
  return reads.has(first) ? 'read' : 'other';
}
const reads: ReadonlySet<string> = new Set([
  'SELECT',
  'WITH',
  'SHOW',
  'DESCRIBE',
  'DESC',
  'EXISTS',
  'EXPLAIN',
  'CHECK',
]);

/** `FORMAT name` at the very end or before the last SETTINGS; elsewhere it is a column or a function. */
function formatOf(tokens: readonly Token[]): string | undefined {
  const index = tokens.findLastIndex((token) => isWord(token, 'FORMAT'));
  const [name, after] = tokens.slice(index + 1);
  const closes = after === undefined || isWord(after, 'SETTINGS');
  return index > 0 && name?.kind === 'word' && closes ? name.text : undefined;
}

/** A clause that is the last thing of the statement takes the new ones in: there may be only one. */
function appendSettings(
  sql: string,
  tokens: readonly Token[],
  settings: ReadonlyMap<string, string>,
): string {
  if (settings.size === 0) return sql;
  const own = tokens.findLastIndex((token) => isWord(token, 'SETTINGS'));
  const last = own > 0 && !tokens.slice(own).some((token) => token.text === ')' || isWord(token, 'FORMAT'));
  return `${sql}\n${last ? ',' : 'SETTINGS'} ${list(settings)}`;
}

/** Before the word that the data follows; a statement that brings SETTINGS of its own keeps just those. */
function withInsertSettings(
  head: string,
  tokens: readonly Token[],
  settings: ReadonlyMap<string, string>,
): string {
  if (settings.size === 0 || tokens.some((token) => isWord(token, 'SETTINGS'))) return head;
  const clause = [tokens.at(-1), tokens.at(-2)].find(
    (token) => isWord(token, 'VALUES') || isWord(token, 'FORMAT'),
  );
  if (clause === undefined) return `${head}\nSETTINGS ${list(settings)}`;
  return `${head.slice(0, clause.start)}SETTINGS ${list(settings)} ${head.slice(clause.start)}`;
}

const list = (settings: ReadonlyMap<string, string>): string =>
  [...settings].map(([name, value]) => `${name} = ${quote(value)}`).join(', ');
