import type { BreakServiceState } from '../../api/types.ts';
import { longDateTimeText } from '../../format/time.ts';
import { t } from '../../i18n/translate.ts';
import { breakFaultText } from './break-fault-text.ts';

interface BreakDetailStateProps {
  /** null as long as nothing was asked since it was configured. */
  readonly state: BreakServiceState | null;
  readonly timeZone: string;
}

/** How the look-up of break types does, and what to do when it does not. */
export function BreakDetailState({ state, timeZone }: BreakDetailStateProps) {
  if (!state) return <p class="hint">{t('integration.notAskedYet')}</p>;
  const time = (at: string) => longDateTimeText(Date.parse(at), timeZone);
  if (state.state === 'ok' || !state.fault) {
    return (
      <p class="notice good">
        {t('breakState.ok', { time: state.lastAnswerAt ? time(state.lastAnswerAt) : '–' })}
      </p>
    );
  }
  const { kind, message, at } = state.fault;
  return (
    <p class="notice warning">
      {t(`breakState.${state.state}`, {
        time: time(at),
        fault: breakFaultText(kind, message),
        retry: state.retryAt ? time(state.retryAt) : '–',
      })}
    </p>
  );
}
