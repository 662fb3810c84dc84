export type TokenKind = 'word' | 'number' | 'string' | 'quoted' | 'parameter' | 'symbol';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The tokens of a ClickHouse statement, one after the other, without white space and comments. Lazy, because what
 * follows FORMAT in an INSERT is data and must not be read. `{name:Type}` is one token of kind `parameter`.
 */
export function* tokensOf(sql: string): Generator<Token, void, undefined> {
  let position = 0;
  while (position < sql.length) {
    const skipped = matchAt(blank, sql, position);
    if (skipped !== undefined) {
      position += skipped.length;
      continue;
    }
    const [kind, text] = tokenAt(sql, position);
    yield { kind, text, start: position, end: position + text.length };
    position += text.length;
  }
}

export const isWord = (token: Token | undefined, word: string): boolean =>
  token?.kind === 'word' && token.text.toUpperCase() === word;

function tokenAt(sql: string, position: number): readonly [TokenKind, string] {
  for (const [kind, pattern] of patterns) {
    const text = matchAt(pattern, sql, position);
    if (text !== undefined) return [kind, text];
  }
  return ['symbol', sql[position]!];
}

function matchAt(pattern: RegExp, sql: string, position: number): string | undefined {
  pattern.lastIndex = position;
  return pattern.exec(sql)?.[0];
}

/** White space, `-- line`, `# line` and block comments; a block comment that never ends takes the rest. */
const blank = /\s+|--[^\n]*|#[ !][^\n]*|\/\*.*?(?:\*\/|$)/sy;

/** In order of precedence. Quoted texts take backslash escapes and doubled quotes; heredocs are `$tag$ … $tag$`. */
const patterns: readonly (readonly [TokenKind, RegExp])[] = [
  ['string', /'(?:[^'\\]|\\.|'')*'/sy],
  ['string', /\$(\w*)\$.*?\$\1\$/sy],
  ['quoted', /`(?:[^`\\]|\\.|``)*`|"(?:[^"\\]|\\.|"")*"/sy],
  ['parameter', /\{\s*[A-Za-z_]\w*\s*:\s*[A-Za-z](?:[^{}'"]|'(?:[^'\\]|\\.|'')*')*\}/sy],
  ['word', /[A-Za-z_]\w*/y],
  ['number', /\d[\w.]*/y],
];
