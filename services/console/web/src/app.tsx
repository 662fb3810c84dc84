import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { ApiError } from './api/client.ts';
import type { Session } from './api/types.ts';
import { useRequest } from './api/use-request.ts';
import { BoardScreen } from './board/board-screen.tsx';
import { Toasts } from './components/dialog/toasts.tsx';
import { ErrorNotice } from './components/error-notice.tsx';
import { lazy } from './components/lazy.tsx';
import { Shell } from './components/shell.tsx';
import { forgetPeople, loadNames, loadPeople } from './directory.ts';
import { type MessageKey, t } from './i18n/translate.ts';
import { matchPath, place } from './router.ts';
import { findSession, session } from './session.ts';
import { SignInScreen } from './sign-in-screen.tsx';

/** Set-up is the greater part of the script, and rarely what one comes for. */
const SetupArea = lazy(async () => {
  await import('./i18n/setup/add-setup-messages.ts');
  return (await import('./setup/setup-area.tsx')).SetupArea;
});

/** What has charts comes with the first of them that is opened: the board is to be there first. */
const HistoryArea = lazy(async () => (await import('./history/history-area.tsx')).HistoryArea);
const TeamDayScreen = lazy(async () => (await import('./team-day/team-day-screen.tsx')).TeamDayScreen);
const PersonDayScreen = lazy(async () => (await import('./person/person-area.tsx')).PersonDayScreen);

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

/** The board is there with the names of activities; whoever is listed elsewhere needs the people too. */
function SignedIn({ session: signedIn }: { readonly session: Session }) {
  const names = useRequest('names', () => loadNames(signedIn).then(() => true));
  const people = useRequest('people', (signal) => loadPeople(signal).then(() => true));
  useEffect(() => forgetPeople, []);
  const needed = isBoard(place.value.path) ? [names] : [names, people];
  const failed = needed.find(({ data, error }) => error && !data);
  return (
    <Shell session={signedIn}>
      {failed ? (
        <ErrorNotice error={failed.error!} retry={failed.reload} />
      ) : needed.every(({ data }) => data) ? (
        <Screen />
      ) : (
        <p class="splash">{t('app.loading')}</p>
      )}
      <Toasts />
    </Shell>
  );
}

const isBoard = (path: string): boolean => path === '/' || path === '/board';

function Screen() {
  const { path } = place.value;
  const person = matchPath('/people/:id/day', path);
  if (isBoard(path)) {
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
  if (path === '/history' || path === '/reports') {
    const screen = path === '/history' ? 'history' : 'reports';
    return (
      <Titled title={`nav.${screen}`} path={path}>
        <HistoryArea screen={screen} key={screen} />
      </Titled>
    );
  }
  if (path === '/setup' || path.startsWith('/setup/')) return <SetupArea />;
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
