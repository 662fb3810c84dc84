/**
 * Names -> numbers in the order of the alphabet. Comparing texts by the rules of a language is dear; a board sorts the
 * same few thousand names again and again. A new name gets a place between its neighbours. Not more than a limit is kept.
 */
export function createNamePlaces(
  compare: (a: string, b: string) => number,
  limit = 200_000,
): (name: string) => number {
  const places = new Map<string, number>();
  let ordered: string[] = [];

  const insert = (name: string): number => {
    if (places.size >= limit) {
      places.clear();
      ordered = [];
    }
    let [low, high] = [0, ordered.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(ordered[middle]!, name) < 0) low = middle + 1;
      else high = middle;
    }
    const [before, after] = [ordered[low - 1], ordered[low]];
    const place =
      after !== undefined && compare(after, name) === 0 ? places.get(after)! : between(before, after);
    ordered.splice(low, 0, name);
    places.set(name, place);
    return place;
  };

  const between = (before: string | undefined, after: string | undefined): number => {
    const least = before === undefined ? null : places.get(before)!;
    const greatest = after === undefined ? null : places.get(after)!;
    if (least === null) return greatest === null ? 0 : greatest - step;
    if (greatest === null) return least + step;
    const middle = (least + greatest) / 2;
    return middle > least && middle < greatest ? middle : renumber(before!);
  };

  /** No number is left between two: all get new ones, and the one after `before` is free. */
  const renumber = (before: string): number => {
    let at = 0;
    let last: string | null = null;
    for (const name of ordered) {
      if (last === null || compare(last, name) !== 0) at += step;
      places.set(name, at);
      last = name;
    }
    return places.get(before)! + step / 2;
  };

  return (name) => places.get(name) ?? insert(name);
}

const step = 2 ** 20;
