import type { ComponentChildren } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import { ApiError, deleteAt, getAll, getVersioned } from '../../api/client.ts';
import { useRequest } from '../../api/use-request.ts';
import { ConfirmDialog } from '../../components/dialog/confirm-dialog.tsx';
import { Dialog } from '../../components/dialog/dialog.tsx';
import { tell } from '../../components/dialog/toasts.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LocalTable } from '../../components/table/local-table.tsx';
import type { Column } from '../../components/table/table-view.ts';
import { reloadDirectory } from '../../directory.ts';
import { type MessageKey, t } from '../../i18n/translate.ts';
import { navigate, place, setQuery } from '../../router.ts';
import { ScreenHead } from '../frame/screen-head.tsx';
import { EntityForm, type EntityFormSpec } from './entity-form.tsx';

interface EntityScreenProps<V extends { readonly id: string }, D extends { readonly id: string }> {
  readonly spec: EntityFormSpec<V, D>;
  readonly title: MessageKey;
  readonly lead: MessageKey;
  readonly addText: MessageKey;
  readonly editTitle: MessageKey;
  readonly emptyText: MessageKey;
  /** What a deletion does; `{name}` is the document's. */
  readonly deleteText: MessageKey;
  readonly columns: readonly Column<V>[];
  readonly nameOf: (view: V) => string;
  readonly mayWrite: boolean;
  readonly mayDelete?: (view: V) => boolean;
  /** Of the rows, those that are listed. */
  readonly keeps?: (view: V) => boolean;
  readonly filters?: ComponentChildren;
  readonly buttons?: ComponentChildren;
  /** Instead of the dialog, an address of its own. */
  readonly hrefOf?: (view: V) => string;
  readonly addHref?: string;
}

/** The one design of all lists of documents: find, add, edit, delete, export. The open dialog is in the address bar. */
export function EntityScreen<V extends { readonly id: string }, D extends { readonly id: string }>(
  props: EntityScreenProps<V, D>,
) {
  const { spec, title, lead, columns, nameOf, mayWrite, keeps, hrefOf } = props;
  const { data, error, reload } = useRequest(spec.path, (signal) => getAll<V>(spec.path, {}, signal));
  const [deleting, setDeleting] = useState<V | null>(null);
  const rows = useMemo(() => (data && keeps ? data.filter(keeps) : (data ?? [])), [data, keeps]);
  const { query } = place.value;
  const edited = query.get('edit');
  const close = () => setQuery({ edit: null, new: null });
  const onChanged = async () => {
    reload();
    await reloadDirectory();
  };
  const addButton = mayWrite && (
    <button
      type="button"
      class="primary"
      onClick={() => (props.addHref ? navigate(props.addHref) : setQuery({ new: '1', edit: null }))}
    >
      {t(props.addText)}
    </button>
  );

  return (
    <>
      <ScreenHead title={t(title)} lead={t(lead)} />
      {error && <ErrorNotice error={error} retry={reload} />}
      {!data && !error && <p class="splash">{t('app.loading')}</p>}
      {data && (
        <LocalTable
          name={spec.path.slice(1)}
          label={t(title)}
          columns={columns}
          rows={rows}
          rowKey={({ id }) => id}
          rowName={nameOf}
          filters={props.filters}
          buttons={
            <>
              {props.buttons}
              {addButton}
            </>
          }
          empty={<p>{t(props.emptyText)}</p>}
          actions={(row) => (
            <>
              {hrefOf ? (
                <a class="button" href={hrefOf(row)} aria-label={`${t('action.open')} ${nameOf(row)}`}>
                  {t('action.open')}
                </a>
              ) : (
                mayWrite && (
                  <button
                    type="button"
                    aria-label={`${t('action.edit')} ${nameOf(row)}`}
                    onClick={() => setQuery({ edit: row.id, new: null })}
                  >
                    {t('action.edit')}
                  </button>
                )
              )}
              {mayWrite && (props.mayDelete?.(row) ?? true) && (
                <button
                  type="button"
                  class="quiet"
                  aria-label={`${t('action.delete')} ${nameOf(row)}`}
                  onClick={() => setDeleting(row)}
                >
                  {t('action.delete')}
                </button>
              )}
            </>
          )}
        />
      )}
      {mayWrite && (edited !== null || query.has('new')) && (
        <EntityDialog
          key={edited ?? ''}
          spec={spec}
          id={edited}
          title={t(edited === null ? props.addText : props.editTitle)}
          onClose={close}
          onSaved={async (saved) => {
            tell(t('action.saved', { name: nameOf(saved) }));
            close();
            await onChanged();
          }}
        />
      )}
      {deleting && (
        <ConfirmDialog
          title={t('action.deleteTitle', { name: nameOf(deleting) })}
          action={t('action.delete')}
          onClose={() => setDeleting(null)}
          onConfirm={async () => {
            const path = `${spec.path}/${encodeURIComponent(deleting.id)}`;
            const { value, etag } = await getVersioned<V>(path);
            if (JSON.stringify(value) !== JSON.stringify(deleting)) {
              reload();
              throw new ApiError(412, '');
            }
            await deleteAt(path, {}, etag);
            tell(t('action.deleted', { name: nameOf(deleting) }));
            await onChanged();
          }}
        >
          <p>{t(props.deleteText, { name: nameOf(deleting) })}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

interface EntityDialogProps<V extends { readonly id: string }, D extends { readonly id: string }> {
  readonly spec: EntityFormSpec<V, D>;
  /** null for a new one. */
  readonly id: string | null;
  readonly title: string;
  readonly start?: Partial<D>;
  readonly onClose: () => void;
  readonly onSaved: (saved: V) => void | Promise<void>;
}

/** Loads the version that is edited, and asks before throwing away what was typed. */
export function EntityDialog<V extends { readonly id: string }, D extends { readonly id: string }>({
  spec,
  id,
  title,
  start,
  onClose,
  onSaved,
}: EntityDialogProps<V, D>) {
  const { data, error, reload } = useRequest(`${spec.path}/${id}`, (signal) =>
    id === null ? Promise.resolve(null) : getVersioned<V>(`${spec.path}/${encodeURIComponent(id)}`, signal),
  );
  const dirty = useRef(false);
  const [asking, setAsking] = useState(false);
  const leave = () => (dirty.current ? setAsking(true) : onClose());
  return (
    <>
      <Dialog title={title} onClose={leave} wide>
        {error && <ErrorNotice error={error} retry={reload} />}
        {id !== null && !data && !error && <p class="splash">{t('app.loading')}</p>}
        {(id === null || data) && (
          <EntityForm
            spec={spec}
            base={data}
            start={start}
            onSaved={onSaved}
            onCancel={leave}
            onDirty={(isDirty) => {
              dirty.current = isDirty;
            }}
          />
        )}
      </Dialog>
      {asking && (
        <ConfirmDialog
          title={t('dialog.discard')}
          action={t('dialog.discardYes')}
          onClose={() => setAsking(false)}
          onConfirm={async () => onClose()}
        >
          <p>{t('dialog.discardHelp')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
