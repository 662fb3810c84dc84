import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../i18n/translate.ts';
import { hasNavigated } from '../router.ts';

/**
 * A part of the application whose script comes when it is first shown. When it does not come (the connection, or a new
 * version that took the place of this one) the page says so and offers to load itself again.
 */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [state, setState] = useState<'loading' | 'ready' | 'failed'>(loaded ? 'ready' : 'loading');
    useEffect(() => {
      if (loaded) return;
      load().then(
        (component) => {
          loaded = component;
          setState('ready');
        },
        () => setState('failed'),
      );
    }, []);
    // The heading of the screen that came, as it is for those that need not be waited for.
    useEffect(() => {
      if (state === 'ready' && hasNavigated()) document.querySelector<HTMLElement>('main h1')?.focus();
    }, [state]);
    if (state === 'ready' && loaded) {
      const Loaded = loaded;
      return <Loaded {...props} />;
    }
    if (state === 'loading') return <p class="splash">{t('app.loading')}</p>;
    return (
      <section class="page narrow">
        <div class="notice error" role="alert">
          <p>{t('app.partMissing')}</p>
          <button type="button" onClick={() => globalThis.location.reload()}>
            {t('app.reload')}
          </button>
        </div>
      </section>
    );
  };
}
