import { isWord, type Token } from './tokens.ts';

/** The parts of a plain `INSERT INTO t (columns) SETTINGS … FORMAT f`, whose data is in the body. */
export interface InsertTarget {
  readonly table: string;
  readonly columns: readonly string[] | undefined;
  readonly format: string;
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Reads the tokens up to the format's name. Undefined for anything out of the ordinary (functions as targets,
 * EXCEPT …, names that need quotes), which the engine's own insert does not take: it then goes through as text.
 */
export function insertTarget(
  tokens: readonly Token[],
  urlSettings: ReadonlyMap<string, string>,
): InsertTarget | undefined {
  const reader = readerOf(tokens);
  if (!reader.word('INSERT') || !reader.word('INTO')) return undefined;
  reader.word('TABLE');
  const table = reader.name();
  const columns = reader.symbol('(') ? reader.namesUntil(')') : [];
  if (table === undefined || columns === undefined) return undefined;
  const settings = reader.word('SETTINGS') ? reader.settings() : {};
  if (settings === undefined || !reader.word('FORMAT')) return undefined;
  const format = reader.name();
  if (format === undefined || !reader.atEnd()) return undefined;
  return {
    table,
    columns: columns.length > 0 ? columns : undefined,
    format,
    settings: { ...Object.fromEntries(urlSettings), ...settings },
  };
}

interface Reader {
  word(word: string): boolean;
  symbol(symbol: string): boolean;
  /** One name, dotted or not. */
  name(): string | undefined;
  namesUntil(symbol: string): string[] | undefined;
  settings(): Record<string, string> | undefined;
  atEnd(): boolean;
}

function readerOf(tokens: readonly Token[]): Reader {
  let at = 0;
  const advanceIf = (condition: boolean): boolean => {
    if (condition) at += 1;
    return condition;
  };
  const symbol = (text: string): boolean =>
    advanceIf(tokens[at]?.kind === 'symbol' && tokens[at]?.text === text);
  const name = (): string | undefined => {
    const parts: string[] = [];
    do {
      const part = bareName(tokens[at]);
      if (part === undefined) return undefined;
      parts.push(part);
      at += 1;
    } while (symbol('.'));
    return parts.join('.');
  };
  return {
    word: (text) => advanceIf(isWord(tokens[at], text)),
    symbol,
    name,
    namesUntil(end) {
      const names: string[] = [];
      do {
        const one = name();
        if (one === undefined) return undefined;
        names.push(one);
      } while (symbol(','));
      return symbol(end) ? names : undefined;
    },
    settings() {
      const settings: Record<string, string> = {};
      do {
        const key = name();
        const value = symbol('=') ? settingValue(tokens[at]) : undefined;
        if (key === undefined || value === undefined) return undefined;
        settings[key] = value;
        at += 1;
      } while (symbol(','));
      return settings;
    },
    atEnd: () => at === tokens.length,
  };
}

function bareName(token: Token | undefined): string | undefined {
  if (token?.kind === 'word') return token.text;
  if (token?.kind !== 'quoted') return undefined;
  const bare = token.text.slice(1, -1);
  return /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/.test(bare) ? bare : undefined;
}

function settingValue(token: Token | undefined): string | undefined {
  if (token?.kind === 'number') return token.text;
  return token?.kind === 'string' && /^'[^'\\]*'$/.test(token.text) ? token.text.slice(1, -1) : undefined;
}
