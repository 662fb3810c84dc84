import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { numberText } from '../../format/amount.ts';
import { locale, t } from '../../i18n/translate.ts';
import { place, setQuery } from '../../router.ts';
import { csvOf } from './csv.ts';
import { DataTable, type DataTableProps } from './data-table.tsx';
import { Pager } from './pager.tsx';
import { saveFile } from './save-file.ts';
import { SearchField } from './search-field.tsx';
import { searched, sortedRows, sortingOf } from './table-view.ts';

interface LocalTableProps<T> extends Omit<DataTableProps<T>, 'sorting' | 'onSort'> {
  /** Names its parameters in the address bar and its file: `people`. */
  readonly name: string;
  readonly pageSize?: number;
  /** Filters of its own, between the search and the buttons. */
  readonly filters?: ComponentChildren;
  /** Buttons at the right. */
  readonly buttons?: ComponentChildren;
  /** Between the tools and the table: what is done with the rows that are chosen. */
  readonly bar?: ComponentChildren;
  /** Told when there are no rows at all, before any search. */
  readonly empty: ComponentChildren;
  /** Parameters of the address bar are its own where a screen has several tables. */
  readonly prefix?: string;
}

/** A table whose rows are all here: search, sort and page live in the address bar, and the export has what is found. */
export function LocalTable<T>(props: LocalTableProps<T>) {
  const { name, rows, columns, pageSize = 50, filters, buttons, bar, empty, prefix = '', label } = props;
  const { query } = place.value;
  const search = query.get(`${prefix}q`) ?? '';
  const sorting = sortingOf(query.get(`${prefix}sort`));
  const language = locale.value;
  const found = useMemo(
    () => sortedRows(searched(rows, columns, search), columns, sorting, language),
    [rows, columns, search, sorting?.key, sorting?.descending, language],
  );
  const pages = Math.max(1, Math.ceil(found.length / pageSize));
  const page = Math.min(pages, Math.max(1, Math.trunc(Number(query.get(`${prefix}page`))) || 1));
  const start = (page - 1) * pageSize;
  const shown = found.slice(start, start + pageSize);
  const go = (to: number) => setQuery({ [`${prefix}page`]: to === 1 ? null : String(to) });

  const onSort = (key: string) => {
    const next = sorting?.key !== key ? key : sorting.descending ? null : `-${key}`;
    setQuery({ [`${prefix}sort`]: next, [`${prefix}page`]: null }, true);
  };
  const onExport = () =>
    saveFile(
      `${name}.csv`,
      csvOf(
        columns.map(({ header }) => header),
        found.map((row) => columns.map((column) => column.text(row))),
      ),
    );

  return (
    <div class="list-table">
      <div class="toolbar">
        <SearchField
          label={label}
          value={search}
          live
          onSearch={(text) => setQuery({ [`${prefix}q`]: text || null, [`${prefix}page`]: null }, true)}
        />
        {filters}
        <span class="toolbar-end">
          <button type="button" onClick={onExport} disabled={found.length === 0}>
            {t('table.export')}
          </button>
          {buttons}
        </span>
      </div>
      {bar}
      {rows.length === 0 ? (
        <div class="empty">{empty}</div>
      ) : found.length === 0 ? (
        <div class="empty">
          <p>{t('table.noMatch')}</p>
          <button
            type="button"
            onClick={() => setQuery({ [`${prefix}q`]: null, [`${prefix}page`]: null }, true)}
          >
            {t('table.clear')}
          </button>
        </div>
      ) : (
        <>
          <DataTable {...props} rows={shown} sorting={sorting} onSort={onSort} />
          <Pager
            label={label}
            text={t('table.range', {
              from: numberText(start + 1),
              to: numberText(start + shown.length),
              n: found.length,
            })}
            onPrevious={page > 1 ? () => go(page - 1) : null}
            onNext={page < pages ? () => go(page + 1) : null}
          />
        </>
      )}
    </div>
  );
}
