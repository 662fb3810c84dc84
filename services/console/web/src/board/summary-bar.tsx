import { StateIcon } from '../components/state-icon.tsx';
import { categoryName } from '../components/state-name.ts';
import { numberText, percentText } from '../format/amount.ts';
import { t } from '../i18n/translate.ts';
import { setQuery } from '../router.ts';
import { toggledStates } from './board-view.ts';
import { type Category, categories, type Summary } from './summary.ts';

interface SummaryBarProps {
  readonly summary: Summary;
  readonly states: ReadonlySet<Category>;
  readonly target: number | null;
}

/** The head count against the target, and the counts by state, which filter when chosen. */
export function SummaryBar({ summary: { counts, headcount }, states, target }: SummaryBarProps) {
  const shown = categories.filter((each) => each !== 'excluded' || counts.excluded > 0 || states.has(each));
  return (
    <div class="summary">
      <section class="headcount" aria-labelledby="headcount-label">
        <h2 id="headcount-label">{t('board.headcount')}</h2>
        <p class="headcount-value">{percentText(headcount, 0)}</p>
        <Meter value={headcount} target={target} />
        <p class="hint">
          {headcount === null
            ? t('board.headcountNone')
            : target !== null && t('board.target', { target: percentText(target, 0) })}
        </p>
        <p class="hint help">{t('board.headcountHelp')}</p>
      </section>
      <fieldset class="counts">
        <legend class="visually-hidden">{t('board.counts')}</legend>
        {shown.map((category) => (
          <button
            key={category}
            type="button"
            class={`count ${category}`}
            aria-pressed={states.has(category)}
            onClick={() => setQuery({ state: toggledStates(states, category) })}
          >
            <span class="count-value">{numberText(counts[category])}</span>
            <span class="count-name">
              <StateIcon category={category} />
              {categoryName(category)}
            </span>
          </button>
        ))}
      </fieldset>
    </div>
  );
}

/** Repeats in a bar what the number beside it says. */
export function Meter({ value, target }: { readonly value: number | null; readonly target: number | null }) {
  const good = value !== null && target !== null && value >= target;
  return (
    <svg class={good ? 'meter good' : 'meter'} width="100%" height="10" aria-hidden="true">
      <rect class="meter-track" y="2" width="100%" height="6" rx="3" />
      {value !== null && <rect class="meter-value" y="2" width={`${value * 100}%`} height="6" rx="3" />}
      {target !== null && <rect class="meter-target" x={`${target * 100}%`} width="2" height="10" />}
    </svg>
  );
}
