import { useRef, useState } from 'preact/hooks';
import { t } from '../i18n/translate.ts';
import { hrefOf, place } from '../router.ts';
import { session } from '../session.ts';
import { savedViews, storeViews, withoutView, withView } from './saved-views.ts';

/** Views by name: choose, keep the one in sight, take away. */
export function SavedViews() {
  const state = session.value;
  const tenantId = state.kind === 'signedIn' ? (state.session.tenant?.id ?? '') : '';
  const [views, setViews] = useState(() => savedViews(localStorage, tenantId));
  const [name, setName] = useState('');
  const menu = useRef<HTMLDetailsElement>(null);
  const query = new URLSearchParams(place.value.query);
  query.delete('wall');
  const text = query.toString();
  const current = views.find((view) => view.query === text);
  const change = (next: typeof views) => {
    storeViews(localStorage, tenantId, next);
    setViews(next);
  };
  const close = () => {
    if (menu.current) menu.current.open = false;
  };

  return (
    <details
      ref={menu}
      class="menu"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        close();
        menu.current?.querySelector('summary')?.focus();
      }}
    >
      <summary>{current ? current.name : t('views.title')}</summary>
      <div class="menu-body">
        {views.length === 0 && <p class="hint">{t('views.none')}</p>}
        <ul>
          {views.map((view) => (
            <li key={view.name}>
              <a
                href={hrefOf('/board', new URLSearchParams(view.query))}
                aria-current={view === current ? 'true' : undefined}
                onClick={close}
              >
                {view.name}
              </a>
              <button
                type="button"
                class="quiet"
                aria-label={t('views.remove', { name: view.name })}
                onClick={() => change(withoutView(views, view.name))}
              >
                ×
              </button>
            </li>
          ))}
        </ul>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim() === '') return;
            change(withView(views, { name: name.trim(), query: text }));
            setName('');
            close();
          }}
        >
          <label>
            <span>{t('views.name')}</span>
            <input
              value={name}
              maxLength={60}
              required
              onInput={(event) => setName(event.currentTarget.value)}
            />
          </label>
          <button type="submit">{t('views.save')}</button>
        </form>
        <p class="hint">{t('views.help')}</p>
      </div>
    </details>
  );
}
