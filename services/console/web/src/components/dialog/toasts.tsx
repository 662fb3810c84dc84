import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../../i18n/translate.ts';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: 'good' | 'error';
}

const shown = signal<readonly Toast[]>([]);
const shownMs = 7_000;
let lastId = 0;

/** Says that something was done. It is read out, and goes by itself; what went wrong stays until it is closed. */
export function tell(text: string, kind: Toast['kind'] = 'good'): void {
  lastId += 1;
  shown.value = [...shown.peek().slice(-3), { id: lastId, text, kind }];
}

const close = (id: number) => {
  shown.value = shown.peek().filter((toast) => toast.id !== id);
};

/** Where they appear; stands in the page from the start, so that screen readers notice what comes. */
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.value.map((toast) => (
        <ToastView key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function ToastView({ toast: { id, text, kind } }: { readonly toast: Toast }) {
  useEffect(() => {
    if (kind === 'error') return;
    const timer = setTimeout(() => close(id), shownMs);
    return () => clearTimeout(timer);
  }, [id, kind]);
  return (
    <div class={`toast ${kind}`}>
      <p>{text}</p>
      <button
        type="button"
        class="quiet icon-button"
        aria-label={t('dialog.close')}
        onClick={() => close(id)}
      >
        <CloseSign />
      </button>
    </div>
  );
}

export function CloseSign() {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" class="stroke">
      <path d="M4 4l8 8M12 4l-8 8" />
    </svg>
  );
}
