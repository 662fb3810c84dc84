import type { ComponentChildren } from 'preact';
import { t } from '../../i18n/translate.ts';
import { TableScroll } from '../table-scroll.tsx';
import type { Column, Sorting } from './table-view.ts';

export interface Selection {
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
  /** Which rows can be chosen. */
  readonly may?: (key: string) => boolean;
}

export interface DataTableProps<T> {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  /** Of this page. */
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  /** How a row is called, in the names of its buttons. */
  readonly rowName: (row: T) => string;
  readonly actions?: ((row: T) => ComponentChildren) | undefined;
  readonly sorting?: Sorting | null;
  readonly onSort?: ((key: string) => void) | undefined;
  readonly selection?: Selection | undefined;
}

/** The table itself; a list of cards where it is narrow (setup.css). What is shown of all rows is for LocalTable and RemoteTable to say. */
export function DataTable<T>(props: DataTableProps<T>) {
  const { label, columns, rows, rowKey, rowName, actions, selection } = props;
  const shown = columns.filter(({ hidden }) => !hidden);
  return (
    <TableScroll label={label}>
      <table class="data-table list" aria-label={label}>
        <thead>
          <tr>
            {selection && <SelectAll selection={selection} keys={rows.map(rowKey)} />}
            {shown.map((column) => (
              <Header
                key={column.key}
                column={column}
                sorting={props.sorting ?? null}
                onSort={props.onSort}
              />
            ))}
            {actions && (
              <th scope="col" class="actions">
                <span class="visually-hidden">{t('table.actions')}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const key = rowKey(row);
            return (
              <tr key={key}>
                {selection && <Select selection={selection} id={key} name={rowName(row)} />}
                {shown.map(({ key: name, header, kind, cell, text }, index) => {
                  const content = cell ? cell(row) : text(row) || '–';
                  return index === 0 ? (
                    <th key={name} scope="row" class={kind}>
                      {content}
                    </th>
                  ) : (
                    <td key={name} class={kind} data-label={header}>
                      {content}
                    </td>
                  );
                })}
                {actions && (
                  <td class="actions">
                    <span class="row-actions">{actions(row)}</span>
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </TableScroll>
  );
}

interface HeaderProps<T> {
  readonly column: Column<T>;
  readonly sorting: Sorting | null;
  readonly onSort?: ((key: string) => void) | undefined;
}

function Header<T>({ column: { key, header, kind }, sorting, onSort }: HeaderProps<T>) {
  const direction = sorting?.key === key ? (sorting.descending ? 'descending' : 'ascending') : undefined;
  if (!onSort) {
    return (
      <th scope="col" class={kind === 'number' ? kind : undefined}>
        {header}
      </th>
    );
  }
  return (
    <th scope="col" class={kind === 'number' ? kind : undefined} aria-sort={direction ?? 'none'}>
      <button type="button" class="sort-button" onClick={() => onSort(key)}>
        {header}
        <svg viewBox="0 0 10 12" width="9" height="11" aria-hidden="true" class={direction ?? 'unsorted'}>
          <path class="up" d="M5 0l4 5H1z" />
          <path class="down" d="M5 12L1 7h8z" />
        </svg>
      </button>
    </th>
  );
}

function SelectAll({ selection, keys }: { readonly selection: Selection; readonly keys: readonly string[] }) {
  const possible = keys.filter((key) => selection.may?.(key) ?? true);
  const all = possible.length > 0 && possible.every((key) => selection.chosen.has(key));
  const some = !all && possible.some((key) => selection.chosen.has(key));
  return (
    <th scope="col" class="select">
      <input
        type="checkbox"
        aria-label={t('table.selectAll')}
        checked={all}
        indeterminate={some}
        disabled={possible.length === 0}
        onChange={() => {
          const chosen = new Set(selection.chosen);
          for (const key of possible) all ? chosen.delete(key) : chosen.add(key);
          selection.onChange(chosen);
        }}
      />
    </th>
  );
}

interface SelectProps {
  readonly selection: Selection;
  readonly id: string;
  readonly name: string;
}

function Select({ selection, id, name }: SelectProps) {
  return (
    <td class="select">
      <input
        type="checkbox"
        aria-label={t('table.select', { name })}
        checked={selection.chosen.has(id)}
        disabled={!(selection.may?.(id) ?? true)}
        onChange={(event) => {
          const chosen = new Set(selection.chosen);
          if (event.currentTarget.checked) chosen.add(id);
          else chosen.delete(id);
          selection.onChange(chosen);
        }}
      />
    </td>
  );
}
