import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n/translate.ts';
import { ErrorNotice } from '../error-notice.tsx';
import { faultText } from './fault-text.ts';
import { isWithin } from './paths.ts';
import type { Form } from './use-form.ts';

interface FormFrameProps<D> {
  readonly form: Form<D>;
  readonly submitText: string;
  readonly onCancel?: (() => void) | undefined;
  /** Above the fields: what another person saved meanwhile. */
  readonly above?: ComponentChildren;
  /** Beside the buttons. */
  readonly more?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** Around the fields: every fault at the top, each a link to its field; the buttons at the bottom. */
export function FormFrame<D>({ form, submitText, onCancel, above, more, children }: FormFrameProps<D>) {
  const element = useRef<HTMLFormElement>(null);
  // A form that was loaded after its dialog opened takes the focus from the dialog's cross.
  useEffect(() => {
    const fields =
      'input:not([readonly], :disabled), select:not(:disabled), textarea:not([readonly], :disabled)';
    if (element.current?.closest('dialog')) element.current.querySelector<HTMLElement>(fields)?.focus();
  }, []);
  return (
    <form
      ref={element}
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void form.submit();
      }}
    >
      {above}
      <FaultSummary form={form} />
      <div class="form-fields">{children}</div>
      <div class="dialog-foot">
        {more}
        {onCancel && (
          <button type="button" onClick={onCancel}>
            {t('dialog.cancel')}
          </button>
        )}
        <button type="submit" class="primary" disabled={form.busy}>
          {form.busy ? t('form.saving') : submitText}
        </button>
      </div>
    </form>
  );
}

function FaultSummary<D>({ form }: { readonly form: Form<D> }) {
  const { faults, error } = form;
  if (faults.length === 0) return error ? <ErrorNotice error={error} /> : null;
  return (
    <div class="notice error" role="alert">
      <p>{t('form.faults', { n: faults.length })}</p>
      <ul>
        {faults.map(({ path, message }) => {
          const field = fieldOf(form, path);
          const text = faultText(message);
          return (
            <li key={path + message}>
              {field === null ? (
                `${path}${path && ': '}${text}`
              ) : (
                <a
                  href={`#${form.fieldId(field)}`}
                  onClick={(event) => {
                    event.preventDefault();
                    document.getElementById(form.fieldId(field))?.focus();
                  }}
                >
                  {form.labels.get(field)}: {text}
                </a>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** The field at which a fault is shown: the one of its path, else the nearest around it. */
function fieldOf<D>({ labels }: Form<D>, path: string): string | null {
  if (labels.has(path)) return path;
  const around = [...labels.keys()].filter((field) => isWithin(path, field));
  return around.sort((a, b) => b.length - a.length)[0] ?? null;
}
