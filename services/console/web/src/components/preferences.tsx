import { type Locale, locale, locales, t } from '../i18n/translate.ts';
import { type Theme, theme, themes } from '../theme.ts';

/** Language and colours; kept in this browser. */
export function Preferences() {
  return (
    <div class="preferences">
      <label class="compact">
        <span class="visually-hidden">{t('app.language')}</span>
        <select
          value={locale.value}
          onChange={(event) => {
            locale.value = event.currentTarget.value as Locale;
          }}
        >
          {locales.map(({ id, name }) => (
            <option key={id} value={id} lang={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="compact">
        <span class="visually-hidden">{t('app.theme')}</span>
        <select
          value={theme.value}
          onChange={(event) => {
            theme.value = event.currentTarget.value as Theme;
          }}
        >
          {themes.map((each) => (
            <option key={each} value={each}>
              {t(`app.theme.${each}`)}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
