import { categoryOf } from '../board/summary.ts';
import { ActivityName, ActualName } from '../components/activity-name.tsx';
import { StateIcon } from '../components/state-icon.tsx';
import { clockText } from '../format/amount.ts';
import { timeText } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import type { DayRow } from './day-rows.ts';
import { rowStateName } from './day-timeline.tsx';

const hidden = { 'aria-hidden': true } as const;

/** What is under the cursor. Screen readers hear it as the cursor's own value. */
export function Readout({ row, timeZone }: { readonly row: DayRow | undefined; readonly timeZone: string }) {
  if (!row) return null;
  return (
    <dl class="readout" {...hidden}>
      <div class="readout-time">
        <dt class="visually-hidden">{t('person.length')}</dt>
        <dd>
          {t('person.readout', {
            from: timeText(row.from, timeZone, true),
            to: timeText(row.to, timeZone, true),
            length: clockText(row.to - row.from),
          })}
        </dd>
      </div>
      <div>
        <dt>{t('person.lane.scheduled')}</dt>
        <dd>
          {row.scheduledActivityId === null ? (
            t('activity.none')
          ) : (
            <ActivityName activityId={row.scheduledActivityId} />
          )}
        </dd>
      </div>
      <div>
        <dt>{t('person.lane.actual')}</dt>
        <dd>{row.actual ? <ActualName actual={row.actual} /> : t('person.future')}</dd>
      </div>
      <div>
        <dt>{t('person.lane.state')}</dt>
        <dd>
          <RowState row={row} />
        </dd>
      </div>
      <div>
        <dt>{t('person.counted')}</dt>
        <dd>{row.actual ? t(`person.counted.${row.countedAs ?? 'none'}`) : '–'}</dd>
      </div>
    </dl>
  );
}

export function RowState({ row }: { readonly row: DayRow }) {
  if (row.actual === null) return <>{'–'}</>;
  if (row.state === null) return <span class="muted">{t('state.none')}</span>;
  const category = categoryOf({ state: row.state, inBuffer: row.inBuffer });
  return (
    <span class={`badge plain ${category}`}>
      <StateIcon category={category} />
      {rowStateName(row)}
    </span>
  );
}
