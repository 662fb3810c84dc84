import type { Interval } from '@adherence/domain/model.ts';
import { getJson } from '../api/client.ts';
import type { ExplainedTimeline } from '../api/explanation.ts';
import { useRequest } from '../api/use-request.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import { timeText } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import type { DayRow } from './day-rows.ts';
import { explanationsOf, rangeText, sentencesOf } from './why.ts';

interface WhyPanelProps {
  readonly personId: string;
  /** What is loaded and explained at once. */
  readonly range: Interval;
  readonly row: DayRow | undefined;
  readonly timeZone: string;
  /** The figures that are explained: another answer when they change. */
  readonly asOf: string | null;
}

const shownParts = 12;

/** Why the segment under the cursor counts as it does. */
export function WhyPanel({ personId, range, row, timeZone, asOf }: WhyPanelProps) {
  const { data, error, reload } = useRequest(`why|${personId}|${range.from}|${range.to}|${asOf}`, (signal) =>
    getJson<ExplainedTimeline>(
      `/people/${encodeURIComponent(personId)}/timeline`,
      { ...rangeText(range), explain: true },
      signal,
    ),
  );
  const parts = data && row?.actual ? explanationsOf(data, row) : [];
  return (
    <section class="why" aria-labelledby="why-title" aria-live="polite">
      <h3 id="why-title">
        {row
          ? t('why.title', { from: timeText(row.from, timeZone, true), to: timeText(row.to, timeZone, true) })
          : t('why.titleNone')}
      </h3>
      {error && <ErrorNotice error={error} retry={reload} />}
      {!data && !error && <p class="muted">{t('app.loading')}</p>}
      {data && row && parts.length === 0 && <p class="muted">{t(row.actual ? 'why.none' : 'why.ahead')}</p>}
      {row &&
        parts.slice(0, shownParts).map((part) => (
          <div key={part.from} class="why-part">
            {parts.length > 1 && (
              <h4>
                {t('teamDay.span', {
                  from: timeText(Math.max(row.from, Date.parse(part.from)), timeZone, true),
                  to: timeText(Math.min(row.to, Date.parse(part.to)), timeZone, true),
                })}
              </h4>
            )}
            <ol>
              {sentencesOf(part, row, timeZone).map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ol>
          </div>
        ))}
      {parts.length > shownParts && <p class="hint">{t('why.more', { n: parts.length - shownParts })}</p>}
    </section>
  );
}
