import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { ApiError } from './api/client.ts';
import type { Session } from './api/types.ts';
import { useRequest } from './api/use-request.ts';
import { BoardScreen } from './board/board-screen.tsx';
import { ErrorNotice } from './components/error-notice.tsx';
import { Shell } from './components/shell.tsx';
import { loadDirectory } from './directory.ts';
import { type MessageKey, t } from './i18n/translate.ts';
import { PersonDayScreen } from './person/person-day-screen.tsx';
import { matchPath, place } from './router.ts';
import { findSession, session } from './session.ts';
import { SetupScreen } from './setup/setup-screen.tsx';
import { SignInScreen } from './sign-in-screen.tsx';
import { TeamDayScreen } from './team-day/team-day-screen.tsx';

/** Everything: who is not signed in sees the sign-in, on the address that was asked for. */
export function App() {
  const state = session.value;
  switch (state.kind) {
    case 'unknown':
      return <p class="splash">{t('app.loading')}</p>;
    case 'unreachable':
      return <Unreachable />;
    case 'signedOut':
      return <SignInScreen ended={state.ended} />;
    case 'signedIn':
      return state.session.tenant === null ? (
        <SignInScreen ended={false} isOperator />
      ) : (
        <SignedIn session={state.session} key={state.session.tenant.id} />
      );
  }
}

function SignedIn({ session: signedIn }: { readonly session: Session }) {
  const { data, error, reload } = useRequest('directory', () => loadDirectory(signedIn).then(() => true));
  return (
    <Shell session={signedIn}>
      {error && !data ? (
        <ErrorNotice error={error} retry={reload} />
      ) : data ? (
        <Screen />
      ) : (
        <p class="splash">{t('app.loading')}</p>
      )}
    </Shell>
  );
}

function Screen() {
  const { path } = place.value;
  const person = matchPath('/people/:id/day', path);
  if (path === '/' || path === '/board') {
    return (
      <Titled title="board.title" path={path}>
        <BoardScreen />
      </Titled>
    );
  }
  if (person) {
    return (
      <Titled title="app.name" path={path}>
        <PersonDayScreen personId={person.id!} />
      </Titled>
    );
  }
  if (path === '/team-day') {
    return (
      <Titled title="teamDay.title" path={path}>
        <TeamDayScreen />
      </Titled>
    );
  }
  if (path === '/setup') {
    return (
      <Titled title="setup.title" path={path}>
        <SetupScreen />
      </Titled>
    );
  }
  return (
    <Titled title="app.name" path={path}>
      <section class="page narrow">
        <h1 tabIndex={-1}>{t('app.notFound')}</h1>
        <a href="/board">{t('app.toBoard')}</a>
      </section>
    </Titled>
  );
}

interface TitledProps {
  readonly title: MessageKey;
  readonly path: string;
  readonly children: ComponentChildren;
}

/** Names the window, and moves the focus to the heading when another screen comes, so that it is read out. */
function Titled({ title, path, children }: TitledProps) {
  const first = useRef(true);
  const text = t(title);
  useEffect(() => {
    document.title = title === 'app.name' ? text : `${text} · ${t('app.name')}`;
  }, [title, text]);
  // The path is the occasion, not an input.
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    scrollTo(0, 0);
    document.querySelector<HTMLElement>('main h1')?.focus();
  }, [path]);
  return <>{children}</>;
}

function Unreachable() {
  useEffect(() => {
    const timer = setInterval(() => void findSession(), 3000);
    return () => clearInterval(timer);
  }, []);
  return (
    <main class="splash">
      <ErrorNotice error={new ApiError(0, '')} retry={() => void findSession()} />
    </main>
  );
}
