/**
 * Repeatable randomness: the same key gives the same numbers on every machine and in every order of asking, so that
 * a restarted demo continues the very day that it had begun. Not for secrets.
 */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer, both ends included. */
  whole(least: number, greatest: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** Exponential around `mean`, kept within [least, greatest], rounded: waiting and handling times look like this. */
  spread(mean: number, least: number, greatest: number): number;
}

export function randomOf(...key: readonly (string | number)[]): Random {
  let state = hash(key.join('\u0000'));
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    whole: (least, greatest) => least + Math.floor(next() * (greatest - least + 1)),
    chance: (probability) => next() < probability,
    pick: (items) => items[Math.floor(next() * items.length)]!,
    spread: (mean, least, greatest) =>
      Math.round(Math.min(greatest, Math.max(least, -Math.log(1 - next()) * mean))),
  };
}

/** FNV-1a with a final avalanche, 32 bits. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
