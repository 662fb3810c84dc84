import { t } from '../../i18n/translate.ts';

interface SearchFieldProps {
  /** Of the list. */
  readonly label: string;
  readonly value: string;
  readonly onSearch: (text: string) => void;
  /** At every letter; else once it is typed, as the server is asked then. */
  readonly live?: boolean;
}

export function SearchField({ label, value, onSearch, live = false }: SearchFieldProps) {
  const search = ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) =>
    onSearch(currentTarget.value);
  return (
    <label class="search">
      <span class="visually-hidden">{t('table.search', { name: label })}</span>
      <input
        type="search"
        placeholder={t('table.searchHint')}
        value={value}
        onInput={live ? search : undefined}
        onChange={search}
      />
    </label>
  );
}
