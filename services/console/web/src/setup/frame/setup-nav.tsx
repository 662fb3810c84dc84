import { t } from '../../i18n/translate.ts';
import { place } from '../../router.ts';
import { roleNow, sectionGroups } from '../sections.ts';

/** The screens of set-up, beside them; above them where there is no room. */
export function SetupNav() {
  const { path } = place.value;
  const role = roleNow();
  const isCurrent = (section: string) =>
    path === section || (section !== '/setup' && path.startsWith(`${section}/`));
  return (
    <nav class="side-nav" aria-label={t('setup.nav')}>
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
    </nav>
  );
}
