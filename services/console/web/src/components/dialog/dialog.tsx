import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n/translate.ts';
import { CloseSign } from './toasts.tsx';

interface DialogProps {
  readonly title: string;
  /** Asked for by Escape, the cross, or a click beside it. */
  readonly onClose: () => void;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}

/**
 * A modal dialog: the browser's own, which keeps the focus inside. When it goes, the focus returns to what opened it,
 * or, where that is gone, to the heading of the screen.
 */
export function Dialog({ title, onClose, wide = false, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const opener = document.activeElement;
    const dialog = ref.current!;
    dialog.showModal();
    firstField(dialog)?.focus();
    return () => {
      dialog.close();
      const target =
        opener?.isConnected && opener !== document.body ? opener : document.querySelector('main h1');
      (target as HTMLElement | null)?.focus();
    };
  }, []);
  // Before anything else happens: a key that comes earlier would close what the screen holds to be open.
  useLayoutEffect(() => {
    const dialog = ref.current!;
    // What is under the pointer when it goes down decides: a text that is marked may end outside.
    const down = (event: MouseEvent) => {
      if (event.target === dialog) onClose();
    };
    const cancel = (event: Event) => {
      event.preventDefault();
      onClose();
    };
    // Browsers close all dialogs at once that were opened without a new press of a key (close watchers in groups), and
    // then ask nobody: this one key is ours.
    const press = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      onClose();
    };
    const listeners = [
      ['mousedown', down],
      ['cancel', cancel],
      ['keydown', press],
    ] as const;
    for (const [type, listener] of listeners) dialog.addEventListener(type, listener as EventListener);
    return () => {
      for (const [type, listener] of listeners) dialog.removeEventListener(type, listener as EventListener);
    };
  }, [onClose]);
  return (
    <dialog ref={ref} class={wide ? 'dialog wide' : 'dialog'} aria-labelledby={titleId}>
      <div class="dialog-box">
        <header class="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <button type="button" class="quiet icon-button" aria-label={t('dialog.close')} onClick={onClose}>
            <CloseSign />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

const firstField = (dialog: HTMLElement) =>
  dialog.querySelector<HTMLElement>(
    '.dialog-box > :not(header) :is(input, select, textarea):not([readonly], :disabled), .dialog-box > :not(header) button',
  );
