import { t } from '../../i18n/translate.ts';

interface PagerProps {
  /** `1 to 50 of 240 people` */
  readonly text: string;
  readonly onPrevious: (() => void) | null;
  readonly onNext: (() => void) | null;
  readonly label: string;
}

/** One page back, one on. */
export function Pager({ text, onPrevious, onNext, label }: PagerProps) {
  return (
    <nav class="pager" aria-label={t('table.pages', { name: label })}>
      <span aria-live="polite">{text}</span>
      {(onPrevious !== null || onNext !== null) && (
        <span class="pager-buttons">
          <button type="button" disabled={onPrevious === null} onClick={() => onPrevious?.()}>
            {t('table.previous')}
          </button>
          <button type="button" disabled={onNext === null} onClick={() => onNext?.()}>
            {t('table.next')}
          </button>
        </span>
      )}
    </nav>
  );
}
