import { useMemo, useState } from 'preact/hooks';
import { useRequest } from '../api/use-request.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Fact, Facts } from '../components/facts.tsx';
import { numberText, percentText } from '../format/amount.ts';
import { t } from '../i18n/translate.ts';
import { hrefOf } from '../router.ts';
import { type Bin, spreadOf } from './bins.ts';
import { CoverageSelect } from './coverage-select.tsx';
import type { HistoryQuery } from './history-query.ts';
import { loadRows } from './load-history.ts';
import { MetricSelect } from './metric-select.tsx';
import { nameOfPerson } from './names.ts';

interface DistributionProps {
  readonly query: HistoryQuery;
  readonly scopeKey: string;
  readonly target: number | null;
}

/** How many people are where on the scale; choosing a bar names them. */
export function Distribution({ query, scopeKey, target }: DistributionProps) {
  const { range, minCoverage, metric } = query;
  const { data, error, reload } = useRequest(`rows|person|${scopeKey}`, (signal) =>
    loadRows(query, 'person', signal),
  );
  const [chosen, setChosen] = useState<number | 'apart' | null>(null);
  const spread = useMemo(
    () => data && spreadOf(data.rows.items, metric, minCoverage),
    [data, metric, minCoverage],
  );
  const most = Math.max(1, ...(spread?.bins ?? []).map(({ personIds }) => personIds.length));
  const people =
    chosen === 'apart' ? spread?.apart : chosen === null ? null : spread?.bins[chosen]?.personIds;
  return (
    <>
      <div class="toolbar">
        <MetricSelect metric={metric} />
        <CoverageSelect minCoverage={minCoverage} />
        {spread && spread.median !== null && (
          <Facts>
            <Fact name={t('distribution.median')} value={percentText(spread.median)} />
            <Fact name={t('distribution.lower')} value={percentText(spread.lowerQuarter)} />
            <Fact name={t('distribution.upper')} value={percentText(spread.upperQuarter)} />
          </Facts>
        )}
      </div>
      {error && <ErrorNotice error={error} retry={reload} />}
      {!spread && !error && <p class="splash">{t('app.loading')}</p>}
      {spread && (
        <>
          <p class="hint">{t('distribution.help')}</p>
          <ol class="bins">
            {spread.bins.map((bin, i) => (
              <BinBar
                key={bin.from}
                text={binText(bin)}
                count={bin.personIds.length}
                share={bin.personIds.length / most}
                below={metric === 'adherence' && target !== null && bin.to <= target}
                pressed={chosen === i}
                onChoose={() => setChosen(chosen === i ? null : i)}
              />
            ))}
            {spread.apart.length > 0 && (
              <BinBar
                text={t('distribution.apart')}
                count={spread.apart.length}
                share={spread.apart.length / most}
                below={false}
                apart
                pressed={chosen === 'apart'}
                onChoose={() => setChosen(chosen === 'apart' ? null : 'apart')}
              />
            )}
          </ol>
          {people && (
            <ul class="people-list" aria-label={t('distribution.people')}>
              {people
                .map((personId) => ({ personId, ...nameOfPerson(personId) }))
                .sort((a, b) => a.name.localeCompare(b.name))
                .map(({ personId, name }) => (
                  <li key={personId}>
                    <a href={hrefOf('/history', { who: `person:${personId}`, ...range })}>{name}</a>
                  </li>
                ))}
            </ul>
          )}
        </>
      )}
    </>
  );
}

interface BinBarProps {
  readonly text: string;
  readonly count: number;
  readonly share: number;
  readonly below: boolean;
  readonly apart?: boolean;
  readonly pressed: boolean;
  readonly onChoose: () => void;
}

function BinBar({ text, count, share, below, apart = false, pressed, onChoose }: BinBarProps) {
  return (
    <li class={apart ? 'bin apart' : below ? 'bin below' : 'bin'}>
      <button type="button" aria-pressed={pressed} disabled={count === 0} onClick={onChoose}>
        <span class="bin-name">{text}</span>
        <svg width="100%" height="18" aria-hidden="true">
          <rect width={`${share * 100}%`} height="18" rx="3" />
        </svg>
        <span class="bin-count">{t('board.teamCount', { n: count })}</span>
      </button>
    </li>
  );
}

const whole = (ratio: number) => numberText(Math.round(ratio * 100));

function binText({ from, to }: Bin): string {
  if (from === 0) return t('distribution.under', { to: whole(to) });
  return to === Number.POSITIVE_INFINITY
    ? t('distribution.over', { from: whole(from) })
    : t('distribution.bin', { from: whole(from), to: whole(to) });
}
