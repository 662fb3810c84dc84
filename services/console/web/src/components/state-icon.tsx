import type { Category } from '../board/summary.ts';

/** One shape per state, so that colour is never alone: tick, cross, swap, plus, question mark, hourglass, pause. */
const shapes: Readonly<Record<Category, string>> = {
  inAdherence: 'M4.5 8.4l2.4 2.4 4.6-5',
  inBuffer: 'M5 3.8h6M5 12.2h6M5.6 4c0 2.6 4.8 5.4 4.8 8M10.4 4c0 2.6-4.8 5.4-4.8 8',
  notPresent: 'M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6',
  wrongActivity: 'M8 4.2v4.6M8 11.4v.2',
  notScheduled: 'M8 4.8v6.4M4.8 8h6.4',
  noData: 'M6.1 6.3a1.9 1.9 0 1 1 2.6 1.8c-.5.3-.7.6-.7 1.1M8 11.5v.1',
  excluded: 'M6.4 5.2v5.6M9.6 5.2v5.6',
};

/** The frame differs too: circle, square, triangle-like diamond. */
function Frame({ category }: { readonly category: Category }) {
  switch (category) {
    case 'notPresent':
      return <rect x="1.2" y="1.2" width="13.6" height="13.6" rx="2.6" />;
    case 'wrongActivity':
      return <path d="M8 .4l7.6 7.6L8 15.6.4 8z" />;
    case 'notScheduled':
      return <path d="M4.6.9h6.8L15.1 8l-3.7 7.1H4.6L.9 8z" />;
    default:
      return <circle cx="8" cy="8" r="7.2" />;
  }
}

export function StateIcon({ category, size = 16 }: { readonly category: Category; readonly size?: number }) {
  return (
    <svg class={`state-icon ${category}`} viewBox="0 0 16 16" width={size} height={size} aria-hidden="true">
      <g class="frame">
        <Frame category={category} />
      </g>
      <path class="sign" d={shapes[category]} />
    </svg>
  );
}
