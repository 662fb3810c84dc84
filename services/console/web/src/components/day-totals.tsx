import type { AdherenceRow } from '../api/types.ts';
import { amountText, percentText, signedAmountText } from '../format/amount.ts';
import { type MessageKey, t } from '../i18n/translate.ts';
import { AgainstTarget } from './against-target.tsx';

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
      <Ratio name="metric.adherence" ratio={row.adherence} target={target}>
        {target !== null && t('metric.target', { target: percentText(target, 0) })}
      </Ratio>
      <Ratio name="metric.conformance" ratio={row.conformance}>
        {row.conformance !== null &&
          t('metric.conformanceDifference', {
            difference: signedAmountText(row.workedMs - row.scheduledMs),
          })}
      </Ratio>
      <Ratio name="metric.coverage" ratio={row.coverage}>
        {row.coverage !== null &&
          (row.noDataMs === 0
            ? t('metric.coverageFull')
            : t('metric.coverageHelp', { time: amountText(row.noDataMs) }))}
      </Ratio>
      <div class="amounts">
        <dl>
          <Amount name="metric.scheduled" ms={row.scheduledMs} />
          <Amount name="metric.worked" ms={row.workedMs} />
          <Amount name="metric.notScheduled" ms={row.notScheduledMs} />
          {row.noDataMs > 0 && <Amount name="metric.noData" ms={row.noDataMs} />}
          {row.excludedMs > 0 && <Amount name="metric.excluded" ms={row.excludedMs} />}
        </dl>
        <dl>
          <Amount name="metric.in" ms={row.inMs} />
          <Amount name="metric.out" ms={outMs} />
          <Amount name="metric.notPresent" ms={row.notPresentMs} part />
          <Amount name="metric.wrongActivity" ms={row.wrongActivityMs} part />
          {rawOutMs !== outMs && <Amount name="metric.rawOut" ms={rawOutMs} part />}
        </dl>
      </div>
    </div>
  );
}

interface RatioProps {
  readonly name: MessageKey;
  readonly ratio: number | null;
  /** Of the leading ratio, which is marked when it is below. */
  readonly target?: number | null;
  readonly children?: string | false;
}

function Ratio({ name, ratio, target, children }: RatioProps) {
  return (
    <section class={target === undefined ? 'metric' : 'metric lead'}>
      <h2>{t(name)}</h2>
      <p class="metric-value">
        {target === undefined ? percentText(ratio) : <AgainstTarget ratio={ratio} target={target} />}
      </p>
      <p class="hint">{ratio === null ? t('metric.none') : children}</p>
    </section>
  );
}

interface AmountProps {
  readonly name: MessageKey;
  readonly ms: number;
  /** Part of the amount above it. */
  readonly part?: boolean;
}

function Amount({ name, ms, part = false }: AmountProps) {
  return (
    <div class={part ? 'part' : undefined}>
      <dt>{t(name)}</dt>
      <dd>{amountText(ms)}</dd>
    </div>
  );
}
