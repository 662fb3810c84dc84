import { EngineError } from './engine-error.ts';
import { bindParameters, quote } from './parameters.ts';
import { type Token, tokensOf } from './tokens.ts';

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

export interface InsertTarget {
  readonly table: string;
  readonly columns: readonly string[] | undefined;
  readonly format: string;
  readonly settings: Readonly<Record<string, string>>;
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
    const insert = plainInsert(tokens, settings);
    const inline = text.slice(dataFrom);
    const inlineData = inline.trim() !== '';
    return { kind, sql: sql + inline, format: tokens.at(-1)!.text, insert, inlineData };
  }
  const sql = bindParameters(text.slice(0, end), parameters);
  const appends = (kind === 'read' || kind === 'alter') && settings.size > 0;
  return {
    ...plain,
    kind,
    sql: appends ? `${sql}\nSETTINGS ${list(settings)}` : sql,
    format: formatOf(tokens),
  };
}
const plain = { format: undefined, insert: undefined, inlineData: false } as const;

/** Tokens up to the end of the SQL: the trailing semicolon, or the data that follows `FORMAT name` in an INSERT. */
function scan(text: string): { tokens: Token[]; dataFrom: number | undefined; end: number } {
  const tokens: Token[] = [];
  let semicolon: number | undefined;
  for (const token of tokensOf(text)) {
    if (token.text === ';' && token.kind === 'symbol') {
      semicolon ??= token.start;
      continue;
    }
    if (semicolon !== undefined)
      throw new EngineError(62, 'Multi-statements are not allowed. (SYNTAX_ERROR)');
    tokens.push(token);
    if (isWord(tokens[0], 'INSERT') && isWord(tokens.at(-2), 'FORMAT') && token.kind === 'word') {
      return { tokens, dataFrom: token.end, end: token.end };
    }
    if (isWord(tokens[0], 'INSERT') && isWord(token, 'VALUES'))
      return { tokens, dataFrom: undefined, end: text.length };
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

/** The last FORMAT clause outside of brackets. */
function formatOf(tokens: readonly Token[]): string | undefined {
  const index = tokens.findLastIndex((token) => isWord(token, 'FORMAT'));
  const name = tokens[index + 1];
  return index > 0 && name?.kind === 'word' ? name.text : undefined;
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

/** Undefined for anything out of the ordinary (functions as targets, EXCEPT …), which then goes through as text. */
function plainInsert(
  tokens: readonly Token[],
  urlSettings: ReadonlyMap<string, string>,
): InsertTarget | undefined {
  let at = 1;
  const take = (word: string): boolean => isWord(tokens[at], word) && ++at > 0;
  const name = (): string | undefined => {
    const parts: string[] = [];
    do {
      const part = identifier(tokens[at]);
      if (part === undefined) return undefined;
      parts.push(part);
      at += 1;
    } while (tokens[at]?.text === '.' && ++at > 0);
    return parts.join('.');
  };
  if (!take('INTO')) return undefined;
  take('TABLE');
  const table = name();
  if (table === undefined) return undefined;
  let columns: string[] | undefined;
  if (tokens[at]?.text === '(') {
    columns = [];
    do {
      at += 1;
      const column = name();
      if (column === undefined) return undefined;
      columns.push(column);
    } while (tokens[at]?.text === ',');
    if (tokens[at]?.text !== ')') return undefined;
    at += 1;
  }
  if (!take('FORMAT') || at !== tokens.length - 1) return undefined;
  return { table, columns, format: tokens[at]!.text, settings: Object.fromEntries(urlSettings) };
}

/** Only names that need no quotes: the engine's insert takes no others. */
function identifier(token: Token | undefined): string | undefined {
  if (token?.kind === 'word') return token.text;
  if (token?.kind !== 'quoted') return undefined;
  const bare = token.text.slice(1, -1);
  return /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/.test(bare) ? bare : undefined;
}

const isWord = (token: Token | undefined, word: string): boolean =>
  token?.kind === 'word' && token.text.toUpperCase() === word;
