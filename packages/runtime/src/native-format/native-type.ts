/** Types of columns in ClickHouse's format Native, as far as they are read and written here. */

export type NativeType =
  | { readonly kind: 'String' | 'Date' | NumberKind | 'UInt64' | 'Int64' | 'UInt128' }
  | { readonly kind: 'Nullable' | 'LowCardinality' | 'Array'; readonly of: NativeType }
  | { readonly kind: 'Map'; readonly key: NativeType; readonly of: NativeType };

type NumberKind = 'UInt8' | 'UInt16' | 'UInt32' | 'Int32' | 'Float64';

/** Throws a TypeError for a type that is not read or written here: a programmer's error. */
export function nativeType(text: string): NativeType {
  const known = types.get(text);
  if (known) return known;
  const [, outer, inner] = /^(\w+)\((.*)\)$/s.exec(text) ?? [];
  let type: NativeType;
  if (outer === 'Nullable' || outer === 'LowCardinality' || outer === 'Array') {
    type = { kind: outer, of: nativeType(inner!) };
  } else if (outer === 'Map') {
    // A key is a plain type, or one in brackets without a comma.
    const comma = inner!.indexOf(', ');
    type = { kind: outer, key: nativeType(inner!.slice(0, comma)), of: nativeType(inner!.slice(comma + 2)) };
  } else if (isPlain(text)) type = { kind: text };
  else throw new TypeError(`the type ${text} is not supported in the format Native`);
  types.set(text, type);
  return type;
}
const types = new Map<string, NativeType>();

type Plain = Exclude<NativeType, { readonly of: NativeType }>['kind'];
const isPlain = (text: string): text is Plain => (plain as readonly string[]).includes(text);
const plain: readonly Plain[] = [
  ...(['String', 'Date', 'UInt8', 'UInt16', 'UInt32', 'Int32', 'Float64'] as const),
  ...(['UInt64', 'Int64', 'UInt128'] as const),
];

/** A LowCardinality column says before its rows that each block has its own dictionary. */
export const dictionaryVersion = 1;
/** Beside the width of the indexes: keys follow, and belong to this block. */
export const dictionaryFlags = 0x600;
/** Every type of column with the same width in a block: bytes a value. */
export const indexWidths = [1, 2, 4, 8] as const;
