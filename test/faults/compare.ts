/** The comparisons of a fault run, pure: what is missing, what was invented, what differs. */

/** Rows of one table as canonical texts by identity. */
export type Rows = ReadonlyMap<string, string>;

export interface SetDifference {
  readonly missing: readonly string[];
  readonly invented: readonly string[];
}

export function compareSets(expected: ReadonlySet<string>, found: ReadonlySet<string>): SetDifference {
  return {
    missing: [...expected].filter((identity) => !found.has(identity)),
    invented: [...found].filter((identity) => !expected.has(identity)),
  };
}

export interface RowDifference {
  readonly key: string;
  /** null: there is no such row. */
  readonly disturbed: string | null;
  readonly undisturbed: string | null;
}

/** A row that only one side has counts as the same when `isEmpty` of it: days off that were once worked. */
export function compareRows(
  disturbed: Rows,
  undisturbed: Rows,
  isEmpty: (row: string) => boolean,
): RowDifference[] {
  const keys = [...new Set([...disturbed.keys(), ...undisturbed.keys()])].sort();
  return keys.flatMap((key) => {
    const [one, other] = [disturbed.get(key) ?? null, undisturbed.get(key) ?? null];
    if (one === other) return [];
    if (one === null && isEmpty(other!)) return [];
    if (other === null && isEmpty(one!)) return [];
    return [{ key, disturbed: one, undisturbed: other }];
  });
}

/** The columns in which two rows, as JSON objects, differ. */
export function differingColumns({ disturbed, undisturbed }: RowDifference): string[] {
  if (disturbed === null || undisturbed === null) return [disturbed === null ? 'absent' : 'invented'];
  const [one, other] = [JSON.parse(disturbed), JSON.parse(undisturbed)] as Record<string, unknown>[];
  return Object.keys({ ...one, ...other }).filter(
    (column) => JSON.stringify(one![column]) !== JSON.stringify(other![column]),
  );
}
