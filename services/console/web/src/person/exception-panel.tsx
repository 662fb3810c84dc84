import type { Interval } from '@adherence/domain/model.ts';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, getJson, putVersioned } from '../api/client.ts';
import type { AdherenceRow } from '../api/types.ts';
import { useRequest } from '../api/use-request.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Fact, Facts } from '../components/facts.tsx';
import { instantText, wallClockText } from '../components/form/instant-field.tsx';
import { amountText, percentText, pointsText } from '../format/amount.ts';
import { zoneText } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import { rangeText } from './why.ts';

interface ExceptionPanelProps {
  readonly personId: string;
  readonly timeZone: string;
  /** The day whose score is compared. */
  readonly day: Interval;
  /** As it was dragged or chosen; the form follows it. */
  readonly interval: Interval;
  readonly onChange: (interval: Interval) => void;
  readonly onSaved: () => void;
  readonly onCancel: () => void;
}

type Amounts = Omit<AdherenceRow, 'from' | 'to' | 'final'>;
interface Preview {
  readonly before: Amounts;
  readonly after: Amounts;
}

/** Time that is to be kept out of the score, and what that makes of the day, before anything is stored. */
export function ExceptionPanel(props: ExceptionPanelProps) {
  const { personId, timeZone, day, interval, onChange, onSaved, onCancel } = props;
  const [reason, setReason] = useState('');
  const [saving, setSaving] = useState(false);
  const [fault, setFault] = useState<ApiError | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const isValid = interval.from < interval.to && interval.to - interval.from <= maxMs;
  const { data, error, loading, reload } = useRequest(
    `preview|${personId}|${day.from}|${interval.from}|${interval.to}`,
    (signal) => (isValid ? loadPreview(personId, day, interval, signal) : Promise.resolve(null)),
  );
  const wall = (at: number) => wallClockText(new Date(at).toISOString(), timeZone);
  const change = (side: 'from' | 'to', text: string) => {
    const at = instantText(text, timeZone);
    if (at !== null) onChange({ ...interval, [side]: Date.parse(at) });
  };
  const save = async () => {
    setSaving(true);
    setFault(null);
    try {
      await putVersioned(
        `/exceptions/${idOf(personId, interval)}`,
        { personIds: [personId], ...rangeText(interval), reason: reason.trim() },
        null,
      );
      onSaved();
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setFault(failure);
      setSaving(false);
    }
  };

  return (
    <section class="exception" aria-labelledby="exception-title">
      <h3 id="exception-title" ref={heading} tabIndex={-1}>
        {t('exception.title')}
      </h3>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isValid && reason.trim() !== '') void save();
        }}
      >
        <div class="range-picker">
          {(['from', 'to'] as const).map((side) => (
            <label key={side}>
              <span>{t(`exception.${side}`)}</span>
              <input
                type="datetime-local"
                step="1"
                required
                value={wall(interval[side])}
                onChange={(event) => change(side, event.currentTarget.value)}
              />
            </label>
          ))}
          <label class="grow">
            <span>{t('exception.reason')}</span>
            <input
              value={reason}
              maxLength={500}
              required
              onInput={(event) => setReason(event.currentTarget.value)}
            />
          </label>
        </div>
        <p class="hint">{t('exception.help', { zone: zoneText(timeZone, interval.from) })}</p>
        {!isValid && <p class="problem">{t('exception.turned')}</p>}
        {error && <ErrorNotice error={error} retry={reload} />}
        {data && (
          <div aria-live="polite" class={loading ? 'stale' : undefined}>
            <Effect preview={data} />
          </div>
        )}
        {fault && fault.status !== 412 && <ErrorNotice error={fault} />}
        {fault?.status === 412 && <p class="problem">{t('exception.already')}</p>}
        <div class="buttons">
          <button type="submit" class="primary" disabled={!isValid || saving}>
            {t('exception.save')}
          </button>
          <button type="button" onClick={onCancel}>
            {t('exception.cancel')}
          </button>
        </div>
      </form>
    </section>
  );
}

function Effect({ preview: { before, after } }: { readonly preview: Preview }) {
  const change =
    before.adherence === null || after.adherence === null ? null : after.adherence - before.adherence;
  const out = (amounts: Amounts) => amounts.notPresentMs + amounts.wrongActivityMs;
  const isSame = before.excludedMs === after.excludedMs;
  return (
    <div class="effect">
      <p>
        {isSame
          ? t('exception.noEffect')
          : t('exception.effect', {
              before: percentText(before.adherence, 2),
              after: percentText(after.adherence, 2),
            })}
        {change !== null && !isSame && (
          <strong> {t('exception.points', { points: pointsText(change) })}</strong>
        )}
      </p>
      {!isSame && (
        <Facts>
          <Pair name={t('metric.scheduled')} before={before.scheduledMs} after={after.scheduledMs} />
          <Pair name={t('metric.out')} before={out(before)} after={out(after)} />
          <Pair name={t('metric.excluded')} before={before.excludedMs} after={after.excludedMs} />
        </Facts>
      )}
    </div>
  );
}

function Pair({
  name,
  before,
  after,
}: {
  readonly name: string;
  readonly before: number;
  readonly after: number;
}) {
  return (
    <Fact name={name} value={t('history.fromTo', { from: amountText(before), to: amountText(after) })} />
  );
}

const maxMs = 31 * 24 * 60 * 60_000;

const loadPreview = (
  personId: string,
  day: Interval,
  interval: Interval,
  signal: AbortSignal,
): Promise<Preview> => {
  const { from: exceptionFrom, to: exceptionTo } = rangeText(interval);
  const query = { ...rangeText(day), exceptionFrom, exceptionTo };
  return getJson<Preview>(`/people/${encodeURIComponent(personId)}/exception-preview`, query, signal);
};

/** The same person and time is the same exception: saving it twice, from two windows, makes one. */
const idOf = (personId: string, { from, to }: Interval): string =>
  `${personId.slice(0, 40)}-${from.toString(36)}-${to.toString(36)}`;
