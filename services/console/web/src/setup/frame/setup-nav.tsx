import { useEffect, useState } from 'preact/hooks';
import { t } from '../../i18n/translate.ts';
import { place } from '../../router.ts';
import { roleNow, sectionGroups } from '../sections.ts';

/** The screens of set-up, beside them; where there is no room, behind a button above them. */
export function SetupNav() {
  const { path } = place.value;
  const role = roleNow();
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [path]);
  const isCurrent = (section: string) =>
    path === section || (section !== '/setup' && path.startsWith(`${section}/`));
  return (
    <nav class="side-nav" aria-label={t('setup.nav')}>
      <button
        type="button"
        class="side-toggle"
        aria-expanded={open}
        aria-controls="setup-screens"
        onClick={() => setOpen(!open)}
      >
        {t('setup.all')}
        <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" class="stroke fold">
          <path d="M3 6l5 5 5-5" />
        </svg>
      </button>
      <div class="side-groups" id="setup-screens">
        {sectionGroups.map(({ title, sections }) => (
          <div key={title} class="side-group">
            <p class="side-title" id={title}>
              {t(title)}
            </p>
            <ul aria-labelledby={title}>
              {sections
                .filter(({ roles }) => roles?.includes(role) ?? true)
                .map((section) => (
                  <li key={section.path}>
                    <a href={section.path} aria-current={isCurrent(section.path) ? 'page' : undefined}>
                      {t(section.title)}
                    </a>
                  </li>
                ))}
            </ul>
          </div>
        ))}
      </div>
    </nav>
  );
}
