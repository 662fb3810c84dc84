import { useMemo, useState } from 'preact/hooks';
import type { UnknownUser } from '../../api/setup-types.ts';
import type { Person } from '../../api/types.ts';
import { Dialog } from '../../components/dialog/dialog.tsx';
import { searched } from '../../components/table/table-view.ts';
import { directory } from '../../directory.ts';
import { t } from '../../i18n/translate.ts';

interface AssignDialogProps {
  readonly user: UnknownUser;
  readonly onClose: () => void;
  readonly onAssign: (personId: string) => void;
}

const maxShown = 30;
const searchedIn = [
  {
    key: 'all',
    header: '',
    text: ({ id, name, team, externalUsers }: Person) =>
      [id, name, team ?? '', ...externalUsers.map(({ externalUserId }) => externalUserId)].join('\n'),
  },
];

/** Anybody, found by typing; people without an external user come first, as they are the ones that lack one. */
export function AssignDialog({ user, onClose, onAssign }: AssignDialogProps) {
  const [search, setSearch] = useState('');
  const people = useMemo(() => {
    const all = [...(directory.value.people?.values() ?? [])];
    return all.sort(
      (a, b) =>
        Math.min(1, a.externalUsers.length) - Math.min(1, b.externalUsers.length) ||
        a.name.localeCompare(b.name),
    );
  }, []);
  const found = searched(people, searchedIn, search);
  return (
    <Dialog title={t('users.chooseTitle', { user: user.externalUserId })} onClose={onClose}>
      <div class="dialog-body">
        <label class="search">
          <span>{t('users.search')}</span>
          <input type="search" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
        </label>
        <p class="hint" role="status">
          {t('users.found', { n: found.length })}
        </p>
        <ul class="person-choice">
          {found.slice(0, maxShown).map(({ id, name, team, externalUsers }) => (
            <li key={id}>
              <button type="button" onClick={() => onAssign(id)}>
                <span>
                  {name}
                  <span class="under">{[team, id].filter(Boolean).join(' · ')}</span>
                </span>
                {externalUsers.length === 0 && <span class="tag warning">{t('people.noUser')}</span>}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}
