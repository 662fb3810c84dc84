import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError, getJson, type Query } from '../../api/client.ts';
import type { Page } from '../../api/types.ts';
import { useRequest } from '../../api/use-request.ts';
import { numberText } from '../../format/amount.ts';
import { t } from '../../i18n/translate.ts';
import { place, setQuery } from '../../router.ts';
import { tell } from '../dialog/toasts.tsx';
import { ErrorNotice } from '../error-notice.tsx';
import { csvOf } from './csv.ts';
import { DataTable, type DataTableProps } from './data-table.tsx';
import { Pager } from './pager.tsx';
import { saveFile } from './save-file.ts';
import { SearchField } from './search-field.tsx';

interface RemoteTableProps<T> extends Omit<DataTableProps<T>, 'rows' | 'sorting' | 'onSort'> {
  readonly name: string;
  /** A list of the API, paged by cursors. */
  readonly path: string;
  /** Filters that the server applies. */
  readonly query: Query;
  readonly pageSize?: number;
  readonly refreshMs?: number;
  /** Raised to load again. */
  readonly version?: number;
  /** The list takes `search`; in the address it is `q`, as everywhere. */
  readonly searchable?: boolean;
  readonly filters?: ComponentChildren;
  readonly buttons?: ComponentChildren;
  readonly bar?: ComponentChildren;
  readonly empty: ComponentChildren;
  /** Sees every page that was loaded. */
  readonly onLoad?: (rows: readonly T[]) => void;
}

/** A table whose rows are the server's, a page at a time, in the server's order. The export asks for all of them. */
export function RemoteTable<T>(props: RemoteTableProps<T>) {
  const { path, pageSize = 50, refreshMs, version = 0, filters, buttons, bar, empty, label } = props;
  const search = props.searchable ? (place.value.query.get('q') ?? '') : '';
  const query = search.trim() === '' ? props.query : { ...props.query, search };
  const filter = JSON.stringify(query);
  const [trail, setTrail] = useState<{ filter: string; cursors: readonly string[] }>({ filter, cursors: [] });
  const cursors = trail.filter === filter ? trail.cursors : [];
  const cursor = cursors.at(-1);
  const { data, error, loading, reload } = useRequest(
    `${path}|${filter}|${cursor}|${version}`,
    async (signal) => {
      const page = await getJson<Page<T>>(path, { ...query, limit: pageSize, cursor }, signal);
      props.onLoad?.(page.items);
      return page;
    },
    refreshMs,
  );
  const start = cursors.length * pageSize;
  return (
    <div class="list-table">
      <div class="toolbar">
        {props.searchable && (
          <SearchField label={label} value={search} onSearch={(q) => setQuery({ q: q || null })} />
        )}
        {filters}
        <span class="toolbar-end">
          <ExportButton {...props} query={query} />
          {buttons}
        </span>
      </div>
      {bar}
      {error && <ErrorNotice error={error} retry={reload} />}
      {!data && !error && <p class="splash">{t('app.loading')}</p>}
      {data?.items.length === 0 && cursors.length === 0 && <div class="empty">{empty}</div>}
      {data && data.items.length > 0 && (
        <div class={loading ? 'stale' : undefined}>
          <DataTable {...props} rows={data.items} />
          <Pager
            label={label}
            text={t('table.rangeOpen', {
              from: numberText(start + 1),
              to: numberText(start + data.items.length),
            })}
            onPrevious={cursors.length > 0 ? () => setTrail({ filter, cursors: cursors.slice(0, -1) }) : null}
            onNext={
              data.nextCursor === null
                ? null
                : () => setTrail({ filter, cursors: [...cursors, data.nextCursor!] })
            }
          />
        </div>
      )}
    </div>
  );
}

const exportedAtOnce = 1000;
const maxExported = 100_000;

function ExportButton<T>({ name, path, query, columns }: RemoteTableProps<T>) {
  const [count, setCount] = useState<number | null>(null);
  const run = async () => {
    const rows: string[][] = [];
    setCount(0);
    try {
      let cursor: string | null | undefined;
      do {
        const page: Page<T> = await getJson(path, {
          ...query,
          limit: exportedAtOnce,
          cursor: cursor ?? undefined,
        });
        rows.push(...page.items.map((row) => columns.map((column) => column.text(row))));
        cursor = page.nextCursor;
        setCount(rows.length);
      } while (cursor !== null && rows.length < maxExported);
      saveFile(
        `${name}.csv`,
        csvOf(
          columns.map(({ header }) => header),
          rows,
        ),
      );
      if (cursor !== null) tell(t('table.exportCut', { n: rows.length }), 'error');
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      tell(t('table.exportFailed', { n: rows.length }), 'error');
    } finally {
      setCount(null);
    }
  };
  return (
    <button type="button" disabled={count !== null} onClick={() => void run()}>
      {count === null ? t('table.export') : t('table.exporting', { n: count })}
    </button>
  );
}
