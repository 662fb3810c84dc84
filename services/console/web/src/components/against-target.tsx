import { percentText } from '../format/amount.ts';

/** A ratio, marked with an arrow and a colour where it is below the target. */
export function AgainstTarget({
  ratio,
  target,
}: {
  readonly ratio: number | null;
  readonly target: number | null;
}) {
  const below = ratio !== null && target !== null && ratio < target;
  return (
    <span class={below ? 'against below' : 'against'}>
      {below && (
        <svg viewBox="0 0 10 10" width="9" height="9" aria-hidden="true">
          <path d="M1 2.5h8L5 8.5z" />
        </svg>
      )}
      {percentText(ratio)}
    </span>
  );
}
