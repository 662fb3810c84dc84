import { useState } from 'preact/hooks';
import { ApiError, postJson } from '../../api/client.ts';
import { errorText } from '../../components/error-notice.tsx';
import { faultText } from '../../components/form/fault-text.ts';
import { t } from '../../i18n/translate.ts';
import { breakFaultText } from './break-fault-text.ts';

interface BreakDetailTestProps {
  readonly id: string;
  readonly isNew: boolean;
  readonly draft: { readonly url: string; readonly username: string; readonly password: string };
}

/** Of what was typed when it was asked; typing on makes it one of something else. */
interface Outcome {
  readonly of: string;
  readonly good: boolean;
  readonly text: string;
}

/** Asks Odigo's web service once, with what is typed, so that a wrong password is known before agents take a break. */
export function BreakDetailTest({ id, isNew, draft }: BreakDetailTestProps) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [asking, setAsking] = useState(false);
  const [agent, setAgent] = useState('');
  const { url, username, password } = draft;
  const typed = JSON.stringify([url, username, password, agent]);
  const ask = async () => {
    setAsking(true);
    try {
      const path = isNew ? '/break-detail/test' : `/integrations/${encodeURIComponent(id)}/break-detail/test`;
      const body = {
        breakDetail: { url: url.trim(), username, ...(password === '' ? {} : { password }) },
        ...(agent.trim() === '' ? {} : { externalUserId: agent }),
      };
      setOutcome({ of: typed, ...outcomeOf((await postJson(path, body)) as TestAnswer) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const faults = error.faults.map(({ path, message }) => `${labelOf(path)}: ${faultText(message)}`);
      const text = faults.length > 0 ? faults.join(' ') : errorText(error);
      setOutcome({ of: typed, good: false, text });
    } finally {
      setAsking(false);
    }
  };
  return (
    <div class="connection-test">
      <label>
        <span>{t('integration.testAgent')}</span>
        <input
          class="raw"
          autocomplete="off"
          value={agent}
          onInput={({ currentTarget }) => setAgent(currentTarget.value)}
          onKeyDown={(event) => {
            // It stands in a form, which Enter would save.
            if (event.key !== 'Enter') return;
            event.preventDefault();
            if (!asking) void ask();
          }}
        />
      </label>
      <button type="button" onClick={() => void ask()} disabled={asking}>
        {t(asking ? 'integration.testing' : 'integration.test')}
      </button>
      <div role="status">
        {!asking && outcome?.of === typed && (
          <p class={outcome.good ? 'notice good' : 'notice error'}>{outcome.text}</p>
        )}
      </div>
    </div>
  );
}

interface TestAnswer {
  readonly ok: boolean;
  readonly message: string;
  readonly fault: string | null;
  readonly breakType: string | null;
}

function outcomeOf({ ok, message, fault, breakType }: TestAnswer) {
  if (!ok) return { good: false, text: breakFaultText(fault, message) };
  return {
    good: true,
    text: breakType === null ? t('integration.testGood') : t('integration.testFound', { breakType }),
  };
}

/** Faults of this route are about its own fields. */
function labelOf(path: string): string {
  if (path.endsWith('url')) return t('integration.url');
  if (path.endsWith('username')) return t('integration.username');
  return path.endsWith('password') ? t('integration.password') : path;
}
