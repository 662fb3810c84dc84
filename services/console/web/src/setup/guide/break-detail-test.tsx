import { useState } from 'preact/hooks';
import { ApiError, postJson } from '../../api/client.ts';
import { errorText } from '../../components/error-notice.tsx';
import { faultText } from '../../components/form/fault-text.ts';
import { t } from '../../i18n/translate.ts';

interface BreakDetailTestProps {
  readonly id: string;
  readonly isNew: boolean;
  readonly draft: { readonly url: string; readonly username: string; readonly password: string };
}

type Outcome = { readonly good: boolean; readonly text: string } | 'asking' | null;

/** Asks Odigo's web service once, with what is typed, so that a wrong password is known before agents take a break. */
export function BreakDetailTest({ id, isNew, draft }: BreakDetailTestProps) {
  const [outcome, setOutcome] = useState<Outcome>(null);
  const { url, username, password } = draft;
  const ask = async () => {
    setOutcome('asking');
    try {
      const path = `/integrations/${encodeURIComponent(id)}/break-detail/test`;
      const body = { url: url.trim(), username, ...(password === '' ? {} : { password }) };
      setOutcome(outcomeOf((await postJson(path, body)) as TestAnswer));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const faults = error.faults.map(({ message }) => faultText(message));
      setOutcome({ good: false, text: faults.length > 0 ? faults.join(' ') : errorText(error) });
    }
  };
  if (isNew) return <p class="hint">{t('integration.testLater')}</p>;
  return (
    <div class="connection-test">
      <button type="button" onClick={() => void ask()} disabled={outcome === 'asking'}>
        {t(outcome === 'asking' ? 'integration.testing' : 'integration.test')}
      </button>
      <div role="status">
        {outcome !== null && outcome !== 'asking' && (
          <p class={outcome.good ? 'notice good' : 'notice error'}>{outcome.text}</p>
        )}
      </div>
    </div>
  );
}

interface TestAnswer {
  readonly ok: boolean;
  readonly detail?: string;
}

const outcomeOf = ({ ok, detail = '' }: TestAnswer) =>
  ok
    ? { good: true, text: t('integration.testGood') }
    : { good: false, text: t('integration.testBad', { detail }) };
