import { t } from '../i18n/translate.ts';

interface ZoomButtonsProps {
  readonly isZoomed: boolean;
  readonly onZoom: (factor: number) => void;
  /** By a share of what is shown; negative is earlier. */
  readonly onPan: (share: number) => void;
  readonly onReset: () => void;
}

/** What the keys and the wheel do, for those who use neither. */
export function ZoomButtons({ isZoomed, onZoom, onPan, onReset }: ZoomButtonsProps) {
  return (
    <div class="zoom">
      {isZoomed && (
        <>
          <IconButton name={t('zoom.back')} path="M10 3L5 8l5 5" onClick={() => onPan(-0.5)} />
          <IconButton name={t('zoom.on')} path="M6 3l5 5-5 5" onClick={() => onPan(0.5)} />
          <button type="button" class="quiet" onClick={onReset}>
            {t('zoom.reset')}
          </button>
        </>
      )}
      <IconButton name={t('zoom.out')} path="M3 8h10" disabled={!isZoomed} onClick={() => onZoom(2)} />
      <IconButton name={t('zoom.in')} path="M3 8h10M8 3v10" onClick={() => onZoom(0.5)} />
    </div>
  );
}

function IconButton(props: {
  readonly name: string;
  readonly path: string;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={props.name}
      title={props.name}
      disabled={props.disabled ?? false}
      onClick={props.onClick}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" class="stroke">
        <path d={props.path} />
      </svg>
    </button>
  );
}
