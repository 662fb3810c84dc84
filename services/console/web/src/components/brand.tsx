import { t } from '../i18n/translate.ts';
import icon from '../icon.svg';

export function Brand() {
  return (
    <span class="brand">
      <img src={icon} alt="" width={28} height={28} />
      <span>{t('app.name')}</span>
    </span>
  );
}
