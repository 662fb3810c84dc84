import type { MessageKey } from '../i18n/translate.ts';
import { t } from '../i18n/translate.ts';
import { setQuery } from '../router.ts';
import { GroupRow, PersonRow } from './board-row.tsx';
import type { BoardFilter, BoardRow, Sort } from './board-view.ts';
import { useEvenRows } from './use-even-rows.ts';

const columns: readonly { readonly text: MessageKey; readonly sort: Sort | null }[] = [
  { text: 'board.person', sort: 'name' },
  { text: 'board.scheduled', sort: 'scheduled' },
  { text: 'board.actual', sort: null },
  { text: 'board.state', sort: 'urgency' },
  { text: 'board.since', sort: 'since' },
];

/** All rows are in the page while they are few; of many only those in sight. */
export function BoardTable({
  rows,
  filter,
}: {
  readonly rows: readonly BoardRow[];
  readonly filter: BoardFilter;
}) {
  const { even, body, first, last, spaceBefore, spaceAfter, measure } = useEvenRows(rows.length);
  return (
    <table class={even ? 'board-table even' : 'board-table'} aria-rowcount={rows.length + 1}>
      <thead>
        <tr>
          {columns.map(({ text, sort }) => (
            <th
              key={text}
              scope="col"
              aria-sort={sort === null ? undefined : sort === filter.sort ? 'ascending' : 'none'}
            >
              {sort === null ? (
                t(text)
              ) : (
                <button type="button" class="sort" onClick={() => setQuery({ sort })}>
                  {t(text)}
                  <svg viewBox="0 0 8 8" width="8" height="8" aria-hidden="true">
                    <path d="M0 2h8L4 7z" />
                  </svg>
                </button>
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody ref={body}>
        <Spacer height={spaceBefore} />
        {rows.slice(first, last).map((row, i) => {
          const place = { index: first + i, measure };
          return row.kind === 'group' ? (
            <GroupRow key={keyOf(row)} group={row} {...place} />
          ) : (
            <PersonRow key={keyOf(row)} item={row.item} withTeam={filter.grouping !== 'team'} {...place} />
          );
        })}
        <Spacer height={spaceAfter} />
      </tbody>
    </table>
  );
}

const hidden = { 'aria-hidden': true } as const;

/** Keeps the place of the rows that are not there. */
function Spacer({ height }: { readonly height: number }) {
  if (height <= 0) return null;
  return (
    <tr {...hidden} class="spacer">
      <td colSpan={columns.length} style={{ height: `${height}px` }} />
    </tr>
  );
}

const keyOf = (row: BoardRow): string =>
  row.kind === 'group' ? `group|${row.key ?? ''}` : `person|${row.item.personId}`;
