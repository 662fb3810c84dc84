import type { AdherenceRow } from '../api/types.ts';
import { amountText, percentText, signedMinutesText } from '../format/amount.ts';
import { type MessageKey, t } from '../i18n/translate.ts';

interface DayTotalsProps {
  readonly row: AdherenceRow | undefined;
  readonly target: number | null;
}

/** One row of the API, laid out. Nothing is computed here but the sum of the two kinds of out. */
export function DayTotals({ row, target }: DayTotalsProps) {
  if (!row) return null;
  const outMs = row.notPresentMs + row.wrongActivityMs;
  const rawOutMs = row.raw.notPresentMs + row.raw.wrongActivityMs;
  return (
    <div class="totals">
      <Ratio name="metric.adherence" ratio={row.adherence} lead>
        {target !== null && t('metric.target', { target: percentText(target, 0) })}
      </Ratio>
      <Ratio name="metric.conformance" ratio={row.conformance}>
        {row.conformance !== null &&
          t('metric.conformanceDifference', {
            difference: signedMinutesText(row.workedMs - row.scheduledMs),
          })}
      </Ratio>
      <Ratio name="metric.coverage" ratio={row.coverage}>
        {row.coverage !== null &&
          (row.noDataMs === 0
            ? t('metric.coverageFull')
            : t('metric.coverageHelp', { time: amountText(row.noDataMs) }))}
      </Ratio>
      <dl class="amounts">
        <Amount name="metric.scheduled" ms={row.scheduledMs} />
        <Amount name="metric.worked" ms={row.workedMs} />
        <Amount name="metric.in" ms={row.inMs} />
        <Amount name="metric.out" ms={outMs}>
          {rawOutMs !== outMs && t('metric.rawOut', { time: amountText(rawOutMs) })}
        </Amount>
        <Amount name="metric.notPresent" ms={row.notPresentMs} part />
        <Amount name="metric.wrongActivity" ms={row.wrongActivityMs} part />
        <Amount name="metric.notScheduled" ms={row.notScheduledMs} />
        {row.excludedMs > 0 && <Amount name="metric.excluded" ms={row.excludedMs} />}
      </dl>
    </div>
  );
}

interface RatioProps {
  readonly name: MessageKey;
  readonly ratio: number | null;
  readonly lead?: boolean;
  readonly children?: string | false;
}

function Ratio({ name, ratio, lead = false, children }: RatioProps) {
  return (
    <section class={lead ? 'metric lead' : 'metric'}>
      <h3>{t(name)}</h3>
      <p class="metric-value">{percentText(ratio)}</p>
      <p class="hint">{ratio === null ? t('metric.none') : children}</p>
    </section>
  );
}

interface AmountProps {
  readonly name: MessageKey;
  readonly ms: number;
  /** Part of the amount above it. */
  readonly part?: boolean;
  readonly children?: string | false;
}

function Amount({ name, ms, part = false, children }: AmountProps) {
  return (
    <div class={part ? 'part' : undefined}>
      <dt>{t(name)}</dt>
      <dd>
        {amountText(ms)}
        {children && <span class="under">{children}</span>}
      </dd>
    </div>
  );
}
