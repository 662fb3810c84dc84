import { useMemo } from 'preact/hooks';
import { ApiError } from '../api/client.ts';
import { Interrupted, readBeginning } from '../api/download.ts';
import { useRequest } from '../api/use-request.ts';
import { DownloadButton } from '../components/download-button.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { instantText, wallClockText } from '../components/form/instant-field.tsx';
import { ScopeSelect } from '../components/scope-select.tsx';
import { TableScroll } from '../components/table-scroll.tsx';
import { directory, teams } from '../directory.ts';
import { dateRangeText, zoneText } from '../format/time.ts';
import { historyQueryOf } from '../history/history-query.ts';
import { RangePicker } from '../history/range-picker.tsx';
import { type MessageKey, t } from '../i18n/translate.ts';
import { place, setQuery } from '../router.ts';
import {
  hasSeveralZones,
  isKnown,
  scopeName,
  scopeText,
  selectionQuery,
  zoneOfScope,
} from '../team-day/scope.ts';
import { now } from '../time/clock.ts';
import { localDateOf } from '../time/zone-axis.ts';
import { parseCsv } from './parse-csv.ts';

const previewLines = 40;

/** The report of adherence by person and activity: a look at it, and all of it as a file. */
export function ReportsScreen() {
  const { query: address } = place.value;
  const known = directory.value;
  const today = localDateOf(known.tenantTimeZone, now.value);
  const { scope, range, fault } = useMemo(() => historyQueryOf(address, today), [address, today]);
  const knownAt = knownAtOf(address);
  const query = { ...range, ...selectionQuery(scope), ...(knownAt ? { asKnownAt: knownAt } : {}) };
  const isThere = isKnown(scope, known, teams.value);
  const zone = zoneOfScope(scope, known);
  const { data, error, loading, reload } = useRequest(
    `report|${scopeText(scope)}|${range.from}|${range.to}|${knownAt}|${isThere}`,
    (signal) => (isThere ? readPreview(query, signal) : Promise.resolve(null)),
  );
  const files = `${range.from}-${range.to}${knownAt ? `-known-${knownAt.slice(0, 16).replace(/\D/g, '')}` : ''}.csv`;
  return (
    <section class="page history">
      <div>
        <h1 tabIndex={-1}>{t('reports.title')}</h1>
        <p class="muted">{t('reports.lead')}</p>
      </div>
      <div class="toolbar">
        <RangePicker range={range} today={today} />
        <ScopeSelect scope={scope} />
        <label>
          <span>{t('reports.knownAt')}</span>
          <input
            type="datetime-local"
            value={wallClockText(knownAt, zone)}
            onChange={(event) => setQuery({ known: instantText(event.currentTarget.value, zone) })}
          />
        </label>
      </div>
      <ul class="notes">
        <li>{dateRangeText(range.from, range.to)}</li>
        <li>
          {hasSeveralZones(scope, known)
            ? t('history.ownZones')
            : t('day.timesIn', { zone: zoneText(zone, now.peek()) })}
        </li>
        {knownAt && (
          <li>
            {t('reports.knownAtText')}{' '}
            <button type="button" class="quiet" onClick={() => setQuery({ known: null })}>
              {t('reports.knownNow')}
            </button>
          </li>
        )}
      </ul>
      {fault && <p class="notice warning">{t(`history.${fault}`)}</p>}
      {!isThere && (
        <p class="notice warning">
          {t(scope.kind === 'person' ? 'history.personGone' : 'history.scopeGone', {
            name: scopeName(scope, known, ''),
          })}{' '}
          <button type="button" class="quiet" onClick={() => setQuery({ who: null })}>
            {t('history.showEveryone')}
          </button>
        </p>
      )}
      {isThere && (
        <>
          <DownloadButton
            label={t('reports.download')}
            path="/reports/adherence.csv"
            query={query}
            fileName={`adherence-${files}`}
            primary
          />
          <section class="section" aria-labelledby="reports-other">
            <h2 id="reports-other">{t('reports.otherTitle')}</h2>
            <div class="downloads">
              <DownloadButton
                label={t('reports.byDay')}
                path="/adherence"
                query={{ ...query, groupBy: 'person', granularity: 'day' }}
                fileName={`adherence-by-day-${files}`}
              />
              <DownloadButton
                label={t('reports.byInterval')}
                path="/adherence"
                query={{ ...query, groupBy: 'tenant', granularity: '15m' }}
                fileName={`adherence-by-interval-${files}`}
              />
            </div>
          </section>
          {error && <ErrorNotice error={error} retry={reload} />}
          {!data && !error && <p class="splash">{t('app.loading')}</p>}
          {data && (
            <div class={loading ? 'stale' : undefined} aria-busy={loading}>
              <Preview preview={data} />
            </div>
          )}
        </>
      )}
    </section>
  );
}

/** An instant of the past that the numbers are asked for as they were known at; null = now, and for what is none. */
function knownAtOf(address: URLSearchParams): string | null {
  const at = Date.parse(address.get('known') ?? '');
  return at <= now.peek() ? new Date(at).toISOString() : null;
}

interface PreviewData {
  readonly head: readonly string[];
  readonly lines: readonly (readonly string[])[];
  readonly whole: boolean;
}

async function readPreview(
  query: Parameters<typeof readBeginning>[1],
  signal: AbortSignal,
): Promise<PreviewData> {
  try {
    const { text, whole } = await readBeginning('/reports/adherence.csv', query, previewLines, signal);
    const [head = [], ...lines] = parseCsv(text);
    return { head, lines: lines.slice(0, previewLines), whole };
  } catch (error) {
    if (error instanceof Interrupted) throw new ApiError(0, '');
    throw error;
  }
}

function Preview({ preview: { head, lines, whole } }: { readonly preview: PreviewData }) {
  if (lines.length === 0) return <p class="empty">{t('reports.empty')}</p>;
  return (
    <section class="section" aria-labelledby="reports-preview">
      <h2 id="reports-preview">{t('reports.preview')}</h2>
      <p class="hint">
        {whole
          ? t('reports.previewAll', { n: lines.length })
          : t('reports.previewFirst', { n: String(lines.length) })}
      </p>
      <TableScroll label={t('reports.preview')}>
        <table class="data-table report">
          <thead>
            <tr>
              {head.map((name) => (
                <th key={name} scope="col" class={isNumber(name) ? 'number' : undefined}>
                  {t(`reports.column.${name}` as MessageKey)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.map((fields) => (
              <tr key={fields.slice(0, 4).join('|')}>
                {fields.map((field, i) => (
                  <td key={head[i]} class={isNumber(head[i] ?? '') ? 'number' : undefined}>
                    {field}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
      <details class="intervals">
        <summary>{t('reports.columns')}</summary>
        <p class="hint">{t('reports.columnsText')}</p>
      </details>
    </section>
  );
}

const isNumber = (column: string): boolean => /(Minutes|Percent)$/.test(column);
