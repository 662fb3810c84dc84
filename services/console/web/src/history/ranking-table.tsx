import { useWindowRows } from '../board/use-window-rows.ts';
import { AgainstTarget } from '../components/against-target.tsx';
import { amountText, numberText, percentText } from '../format/amount.ts';
import { type MessageKey, t } from '../i18n/translate.ts';
import { hrefOf } from '../router.ts';
import { Change } from './comparison.tsx';
import type { DateRange, Grouping } from './history-query.ts';
import type { RankedRow, Ranking, RankingSort } from './ranking-view.ts';

interface RankingTableProps {
  readonly ranking: Ranking;
  readonly grouping: Grouping;
  readonly range: DateRange;
  /** In small letters. */
  readonly search: string;
  readonly compared: boolean;
  readonly target: number | null;
  readonly sort: RankingSort;
  readonly descending: boolean;
  readonly onSort: (sort: RankingSort) => void;
}

const columns: readonly { readonly text: MessageKey; readonly sort: RankingSort }[] = [
  { text: 'metric.adherence', sort: 'adherence' },
  { text: 'ranking.change', sort: 'change' },
  { text: 'metric.coverage', sort: 'coverage' },
  { text: 'metric.scheduled', sort: 'scheduledMs' },
  { text: 'metric.notPresent', sort: 'notPresentMs' },
  { text: 'metric.wrongActivity', sort: 'wrongActivityMs' },
  { text: 'metric.notScheduled', sort: 'notScheduledMs' },
  { text: 'metric.conformance', sort: 'conformance' },
];

type Line =
  | { readonly kind: 'row'; readonly place: number | null; readonly ranked: RankedRow }
  | { readonly kind: 'apart'; readonly count: number };

/** Places are given before the search, so that finding somebody does not change them. */
export function RankingTable(props: RankingTableProps) {
  const { ranking, search, compared, sort, descending, onSort, grouping } = props;
  const wanted = ({ name, team }: RankedRow) =>
    search === '' || `${name}\n${team ?? ''}`.toLowerCase().includes(search);
  const lines: Line[] = ranking.ranked
    .map((ranked, i): Line => ({ kind: 'row', place: i + 1, ranked }))
    .filter((line) => line.kind === 'row' && wanted(line.ranked));
  const apart = ranking.apart.filter(wanted);
  if (apart.length > 0) {
    lines.push({ kind: 'apart', count: apart.length });
    lines.push(...apart.map((ranked): Line => ({ kind: 'row', place: null, ranked })));
  }
  const rows = useWindowRows(lines.length, (i) => keyOf(lines[i]!));
  const shown = columns.filter(({ sort: each }) => compared || each !== 'change');
  if (lines.length === 0) return <p class="empty">{t('ranking.noMatch')}</p>;
  return (
    <div class="table-scroll window">
      <table class="data-table ranking" aria-rowcount={lines.length + 1}>
        <caption class="visually-hidden">{t('history.view.ranking')}</caption>
        <thead>
          <tr>
            <th scope="col" class="number">
              {t('ranking.place')}
            </th>
            <Head
              text={`ranking.by.${grouping}`}
              of="name"
              sort={sort}
              descending={descending}
              onSort={onSort}
            />
            {shown.map((column) => (
              <Head
                key={column.sort}
                text={column.text}
                of={column.sort}
                number
                sort={sort}
                descending={descending}
                onSort={onSort}
              />
            ))}
          </tr>
        </thead>
        <tbody ref={rows.body}>
          <Spacer height={rows.spaceBefore} span={shown.length + 2} />
          {lines.slice(rows.first, rows.last).map((line, i) =>
            line.kind === 'apart' ? (
              <tr key="apart" class="apart" ref={rows.measure} data-index={rows.first + i}>
                <td colSpan={shown.length + 2}>
                  <strong>{t('ranking.apart', { n: line.count })}</strong> {t('ranking.apartHelp')}
                </td>
              </tr>
            ) : (
              <Row
                key={line.ranked.key}
                line={line}
                index={rows.first + i}
                measure={rows.measure}
                {...props}
              />
            ),
          )}
          <Spacer height={rows.spaceAfter} span={shown.length + 2} />
        </tbody>
      </table>
    </div>
  );
}

interface HeadProps {
  readonly text: MessageKey;
  readonly of: RankingSort;
  readonly number?: boolean;
  readonly sort: RankingSort;
  readonly descending: boolean;
  readonly onSort: (sort: RankingSort) => void;
}

function Head({ text, of, number = false, sort, descending, onSort }: HeadProps) {
  const direction = sort !== of ? 'none' : descending ? 'descending' : 'ascending';
  return (
    <th scope="col" class={number ? 'number' : undefined} aria-sort={direction}>
      <button type="button" class="sort" onClick={() => onSort(of)}>
        {t(text)}
        <svg viewBox="0 0 8 8" width="8" height="8" aria-hidden="true" class={direction}>
          <path d="M0 2h8L4 7z" />
        </svg>
      </button>
    </th>
  );
}

function Row(
  props: RankingTableProps & {
    readonly line: Extract<Line, { kind: 'row' }>;
    readonly index: number;
    readonly measure: (row: HTMLTableRowElement | null) => void;
  },
) {
  const { line, index, measure, grouping, range, compared, target } = props;
  const { ranked, place } = line;
  const { row, before, name, team, key } = ranked;
  return (
    <tr ref={measure} data-index={index} class={place === null ? 'thin' : undefined}>
      <td class="number muted">{place === null ? '–' : numberText(place)}</td>
      <th scope="row">
        {key === '' ? name : <a href={historyHref(grouping, key, range)}>{name}</a>}
        {team !== null && <span class="under">{team}</span>}
      </th>
      <td class="number">
        {place === null ? (
          percentText(row.adherence)
        ) : (
          <AgainstTarget ratio={row.adherence} target={target} />
        )}
      </td>
      {compared && (
        <td class="number">
          {ranked.change === null ? (
            <span class="muted">–</span>
          ) : (
            <Change now={row.adherence} before={before?.adherence ?? null} />
          )}
        </td>
      )}
      <td class="number">
        <Coverage ratio={row.coverage} />
      </td>
      <td class="number">{amountText(row.scheduledMs)}</td>
      <td class="number">{amountText(row.notPresentMs)}</td>
      <td class="number">{amountText(row.wrongActivityMs)}</td>
      <td class="number">{amountText(row.notScheduledMs)}</td>
      <td class="number">{percentText(row.conformance)}</td>
    </tr>
  );
}

/** A bar that repeats the number. */
export function Coverage({ ratio }: { readonly ratio: number | null }) {
  return (
    <span class={ratio !== null && ratio < 1 ? 'coverage partial' : 'coverage'}>
      <svg width="36" height="6" aria-hidden="true">
        <rect class="meter-track" width="36" height="6" rx="2" />
        <rect class="coverage-value" width={36 * Math.max(0, Math.min(1, ratio ?? 0))} height="6" rx="2" />
      </svg>
      {percentText(ratio)}
    </span>
  );
}

/** A person, team or unit alone, over the same range. */
function historyHref(grouping: Grouping, key: string, { from, to }: DateRange): string {
  const kind = grouping === 'planningUnit' ? 'unit' : grouping;
  return hrefOf('/history', { who: `${kind}:${key}`, from, to });
}

const hidden = { 'aria-hidden': true } as const;

function Spacer({ height, span }: { readonly height: number; readonly span: number }) {
  if (height <= 0) return null;
  return (
    <tr {...hidden} class="spacer">
      <td colSpan={span} style={{ height: `${height}px` }} />
    </tr>
  );
}

const keyOf = (line: Line): string => (line.kind === 'row' ? line.ranked.key : ' apart');
