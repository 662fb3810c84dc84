import { useId } from 'preact/hooks';
import { directory } from '../../directory.ts';
import { dateTimeText } from '../../format/time.ts';
import { t } from '../../i18n/translate.ts';
import type { Conflict, DocumentForm } from './use-document-form.ts';

/** Both versions of what two people edited at once, field by field; each field can be taken from either. */
export function ConflictPanel<D>({ form }: { readonly form: DocumentForm<D> }) {
  const { conflict } = form;
  const titleId = useId();
  if (!conflict) return null;
  return (
    <section
      class="notice warning conflict"
      aria-labelledby={titleId}
      ref={(element) => element?.focus()}
      tabIndex={-1}
    >
      <h3 id={titleId}>{t(conflict.theirs ? 'conflict.title' : 'conflict.deleted')}</h3>
      <p>
        {conflict.by !== null &&
          conflict.at !== null &&
          t('conflict.who', {
            name: conflict.by,
            time: dateTimeText(Date.parse(conflict.at), directory.value.tenantTimeZone),
          })}{' '}
        {t(conflict.theirs ? 'conflict.help' : 'conflict.deletedHelp')}
      </p>
      {conflict.theirs && <Versions form={form} conflict={conflict} theirs={conflict.theirs} />}
    </section>
  );
}

interface VersionsProps<D> {
  readonly form: DocumentForm<D>;
  readonly conflict: Conflict<D>;
  readonly theirs: D;
}

function Versions<D>({ form, conflict: { mine }, theirs }: VersionsProps<D>) {
  const name = useId();
  const different = form.compared.filter(({ show }) => show(mine) !== show(theirs));
  if (different.length === 0) return <p>{t('conflict.same')}</p>;
  return (
    <div class="table-scroll">
      <table class="data-table">
        <thead>
          <tr>
            <th scope="col">{t('conflict.field')}</th>
            <th scope="col">{t('conflict.mine')}</th>
            <th scope="col">{t('conflict.theirs')}</th>
          </tr>
        </thead>
        <tbody>
          {different.map(({ key, label, show }) => {
            const chosen = show(form.draft);
            const option = (version: D, text: 'mine' | 'theirs') => (
              <td>
                <label class="pick">
                  <input
                    type="radio"
                    name={`${name}-${key}`}
                    checked={chosen === show(version)}
                    aria-label={`${t(label)}: ${t(`conflict.${text}`)}`}
                    onChange={() => form.set(key, version[key])}
                  />
                  <span>{show(version) || '–'}</span>
                </label>
              </td>
            );
            return (
              <tr key={key}>
                <th scope="row">{t(label)}</th>
                {option(mine, 'mine')}
                {option(theirs, 'theirs')}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
