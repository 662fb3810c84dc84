/** Which teams there are to choose from: those of the directory, and of rows whose people it does not know. Pure. */
import type { LiveItem } from './live-state.ts';

export interface TeamNames {
  /** In the order of the alphabet. */
  readonly names: readonly string[];
  /** Somebody on the board has none. */
  readonly withoutTeam: boolean;
}

/** The former answer where nothing differs, so that what shows it need not be drawn anew. */
export function teamNamesOf(
  known: readonly string[],
  items: Iterable<LiveItem>,
  former: TeamNames | null,
): TeamNames {
  const names = new Set(known);
  let withoutTeam = false;
  for (const { team } of items) {
    if (team === null) withoutTeam = true;
    else names.add(team);
  }
  const isSame =
    former !== null &&
    former.withoutTeam === withoutTeam &&
    former.names.length === names.size &&
    former.names.every((name) => names.has(name));
  if (isSame) return former;
  return { names: [...names].sort((a, b) => a.localeCompare(b)), withoutTeam };
}
