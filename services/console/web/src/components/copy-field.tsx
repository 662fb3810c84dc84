import { useId, useState } from 'preact/hooks';
import { t } from '../i18n/translate.ts';

interface CopyFieldProps {
  readonly label: string;
  readonly text: string;
  /** Several lines. */
  readonly long?: boolean;
}

/** A text to take along: marked when it is clicked, copied by a button, and it says whether that went well. */
export function CopyField({ label, text, long = false }: CopyFieldProps) {
  const id = useId();
  const [copied, setCopied] = useState<boolean | null>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch (error) {
      // Without https, or when the browser forbids it: then the text is marked, to be copied by hand.
      if (!(error instanceof Error)) throw error;
      (document.getElementById(id) as HTMLInputElement).select();
      setCopied(false);
    }
  };
  const select = (event: { readonly currentTarget: HTMLInputElement | HTMLTextAreaElement }) =>
    event.currentTarget.select();
  return (
    <div class="field copy-field">
      <label for={id}>
        <span>{label}</span>
      </label>
      <div class={long ? 'copy-long' : 'field-with-button'}>
        {long ? (
          <textarea id={id} readOnly rows={text.split('\n').length + 1} value={text} onFocus={select} />
        ) : (
          <input id={id} class="raw" readOnly value={text} onFocus={select} />
        )}
        <button type="button" onClick={() => void copy()}>
          {t('action.copy')}
        </button>
      </div>
      <p class="hint" role="status">
        {copied !== null && t(copied ? 'action.copied' : 'action.copyByHand')}
      </p>
    </div>
  );
}
