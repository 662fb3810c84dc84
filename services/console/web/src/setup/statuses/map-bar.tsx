import { useState } from 'preact/hooks';
import { ChoiceBar } from '../../components/table/choice-bar.tsx';
import { directory } from '../../directory.ts';
import { t } from '../../i18n/translate.ts';

interface MapBarProps {
  readonly count: number;
  readonly onMap: (activityId: string) => Promise<void>;
  readonly onClear: () => void;
}

/** What is done with the statuses that are chosen. */
export function MapBar({ count, onMap, onClear }: MapBarProps) {
  const activities = [...directory.value.activities.values()];
  const [activityId, setActivityId] = useState('');
  const [busy, setBusy] = useState(false);
  const map = async () => {
    setBusy(true);
    try {
      await onMap(activityId);
    } finally {
      setBusy(false);
    }
  };
  return (
    <ChoiceBar text={t('statuses.chosen', { n: count })}>
      <label>
        <span class="visually-hidden">{t('statuses.activity')}</span>
        <select value={activityId} onChange={({ currentTarget: { value } }) => setActivityId(value)}>
          <option value="">{t('statuses.chooseActivity')}</option>
          {activities.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <button type="button" class="primary" disabled={busy || activityId === ''} onClick={() => void map()}>
        {t('statuses.mapChosen')}
      </button>
      <button type="button" class="quiet" onClick={onClear}>
        {t('statuses.clearChosen')}
      </button>
    </ChoiceBar>
  );
}
