import type { ComponentChildren } from 'preact';
import type { Role, Session } from '../api/types.ts';
import { type MessageKey, t } from '../i18n/translate.ts';
import { place } from '../router.ts';
import { signOut } from '../session.ts';
import { Brand } from './brand.tsx';
import { Preferences } from './preferences.tsx';

const links: readonly { readonly href: string; readonly text: MessageKey }[] = [
  { href: '/board', text: 'nav.board' },
  { href: '/team-day', text: 'nav.teamDay' },
  { href: '/history', text: 'nav.history' },
  { href: '/reports', text: 'nav.reports' },
  { href: '/setup', text: 'nav.setup' },
];

/** What is around every screen. */
export function Shell({
  session,
  children,
}: {
  readonly session: Session;
  readonly children: ComponentChildren;
}) {
  const { path, query } = place.value;
  const isCurrent = (href: string) =>
    path === href || path.startsWith(`${href}/`) || (path === '/' && href === '/board');
  if (isWall(path, query)) {
    return (
      <main id="content" tabIndex={-1} class="wall-main">
        {children}
      </main>
    );
  }
  return (
    <>
      <a class="skip" href="#content">
        {t('app.skip')}
      </a>
      <header class="top">
        <a class="brand-link" href="/board">
          <Brand />
        </a>
        <nav aria-label={t('app.nav')}>
          <ul>
            {linksOf(session.role).map(({ href, text }) => (
              <li key={href}>
                <a href={href} aria-current={isCurrent(href) ? 'page' : undefined}>
                  {t(text)}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="top-end">
          <span class="tenant" title={session.tenant?.name}>
            {session.tenant?.name}
          </span>
          <Preferences />
          <button type="button" class="quiet" onClick={() => void signOut()}>
            {t('app.signOut')}
          </button>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

/** A board on a wall has the screen to itself. */
const isWall = (path: string, query: URLSearchParams): boolean =>
  query.get('wall') === '1' && (path === '/' || path === '/board');

/** A viewer's token reads the live board only. */
const linksOf = (role: Role) => (role === 'viewer' ? links.slice(0, 1) : links);
