import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from './api/client.ts';
import { Brand } from './components/brand.tsx';
import { errorText } from './components/error-notice.tsx';
import { Preferences } from './components/preferences.tsx';
import { t } from './i18n/translate.ts';
import { session, signIn, signOut } from './session.ts';

interface SignInProps {
  /** The session was there and has ended, or the token was revoked. */
  readonly ended: boolean;
  readonly isOperator?: boolean;
}

/** A token, sent once; the browser then holds a cookie that no script can read. */
export function SignInScreen({ ended, isOperator = false }: SignInProps) {
  const [token, setToken] = useState('');
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);

  useEffect(() => {
    document.title = `${t('signIn.title')} · ${t('app.name')}`;
    field.current?.focus();
  }, []);

  const submit = async (event: Event) => {
    event.preventDefault();
    const fail = (text: string) => {
      setProblem(text);
      field.current?.focus();
    };
    if (token.trim() === '') return fail(t('signIn.empty'));
    setBusy(true);
    try {
      await signIn(token.trim());
      const state = session.peek();
      if (state.kind === 'signedIn' && state.session.tenant === null) {
        await signOut();
        fail(t('signIn.operator'));
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      fail([400, 401, 422].includes(error.status) ? t('signIn.wrong') : errorText(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <div class="sign-in">
      <main class="sign-in-card">
        <Brand />
        <h1>{t('signIn.title')}</h1>
        <p class="muted">{t('signIn.lead')}</p>
        {ended && !problem && (
          <p class="notice warning" role="status">
            {t('signIn.ended')}
          </p>
        )}
        {isOperator && !problem && (
          <p class="notice warning" role="status">
            {t('app.operator')}
          </p>
        )}
        <form onSubmit={submit} noValidate>
          <label for="token">{t('signIn.token')}</label>
          <div class="field-with-button">
            <input
              id="token"
              name="token"
              ref={field}
              // The types of the two kinds of field differ; what is used here is the same.
              type={(shown ? 'text' : 'password') as 'password'}
              autocomplete="current-password"
              autocapitalize="none"
              spellcheck={false}
              value={token}
              onInput={(event) => setToken(event.currentTarget.value)}
              aria-describedby={problem ? 'token-problem token-hint' : 'token-hint'}
              aria-invalid={problem !== null}
            />
            <button type="button" class="quiet" aria-pressed={shown} onClick={() => setShown(!shown)}>
              {t(shown ? 'signIn.hide' : 'signIn.show')}
            </button>
          </div>
          <p id="token-hint" class="hint">
            {t('signIn.hint')}
          </p>
          <p id="token-problem" class="problem" role="alert">
            {problem}
          </p>
          <button type="submit" class="primary" disabled={busy}>
            {t(busy ? 'signIn.busy' : 'signIn.submit')}
          </button>
        </form>
      </main>
      <footer class="sign-in-foot">
        <Preferences />
      </footer>
    </div>
  );
}
