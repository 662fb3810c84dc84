import { useState } from 'preact/hooks';
import { ApiError } from '../../api/client.ts';
import type { FullIntegration, UnknownUser } from '../../api/setup-types.ts';
import { tell } from '../../components/dialog/toasts.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LocalTable } from '../../components/table/local-table.tsx';
import { directory, reloadDirectory } from '../../directory.ts';
import { numberText } from '../../format/amount.ts';
import { longDateTimeText } from '../../format/time.ts';
import { t } from '../../i18n/translate.ts';
import { EntityDialog } from '../entity/entity-screen.tsx';
import { personSpec } from '../entity/person-spec.tsx';
import { slugOf } from '../entity/slug.ts';
import { mayPlan } from '../sections.ts';
import { AssignDialog } from './assign-dialog.tsx';
import { assignUser } from './assign-user.ts';

interface UnmappedUsersProps {
  readonly integration: FullIntegration;
  readonly users: readonly UnknownUser[];
  readonly onChanged: () => void;
}

/** External users that belong to nobody: given to the nearest spelling in one click, to anybody in two. */
export function UnmappedUsers({ integration, users, onChanged }: UnmappedUsersProps) {
  const [assigning, setAssigning] = useState<UnknownUser | null>(null);
  const [creating, setCreating] = useState<UnknownUser | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const zone = directory.value.tenantTimeZone;
  const time = (at: string) => longDateTimeText(Date.parse(at), zone);
  const sure = users.filter(isSure);

  const assign = async (pairs: readonly (readonly [user: UnknownUser, personId: string])[]) => {
    setBusy(true);
    setError(null);
    let assigned = 0;
    try {
      for (const [user, personId] of pairs) {
        await assignUser(personId, integration.id, user.externalUserId);
        assigned += 1;
      }
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setError(failure);
    } finally {
      setBusy(false);
    }
    if (assigned === 0) return;
    const [first] = pairs;
    tell(
      assigned === 1
        ? t('users.assigned', {
            user: first![0].externalUserId,
            name: directory.value.people?.get(first![1])?.name ?? first![1],
          })
        : t('users.assignedMany', { n: assigned }),
    );
    await reloadDirectory();
    onChanged();
  };

  return (
    <>
      {error && <ErrorNotice error={error} />}
      <LocalTable
        name={`unmapped-users-${integration.id}`}
        prefix="u-"
        pageSize={20}
        label={t('setup.users')}
        rows={users}
        rowKey={({ externalUserId }) => externalUserId}
        rowName={({ externalUserId }) => externalUserId}
        columns={[
          { key: 'user', header: t('setup.user'), text: ({ externalUserId }) => externalUserId, kind: 'raw' },
          {
            key: 'count',
            header: t('setup.count'),
            kind: 'number',
            text: ({ count }) => String(count),
            cell: ({ count }) => numberText(count),
            order: ({ count }) => count,
          },
          {
            key: 'last',
            header: t('setup.lastSeen'),
            kind: 'time',
            text: ({ lastSeen }) => time(lastSeen),
            order: ({ lastSeen }) => Date.parse(lastSeen),
          },
          {
            key: 'nearest',
            header: t('setup.suggestion'),
            text: ({ suggestions }) => suggestions.map(({ name }) => name).join(', '),
            cell: (user) => (
              <span class="suggestions">
                {user.suggestions.length === 0 && <span class="muted">{t('setup.none')}</span>}
                {user.suggestions.map(({ personId, name, spelling }) =>
                  mayPlan() ? (
                    <button
                      key={personId}
                      type="button"
                      disabled={busy}
                      title={spelling}
                      aria-label={t('users.assignTo', { user: user.externalUserId, name })}
                      onClick={() => void assign([[user, personId]])}
                    >
                      {name}
                    </button>
                  ) : (
                    <span key={personId}>{name}</span>
                  ),
                )}
              </span>
            ),
          },
        ]}
        actions={
          mayPlan()
            ? (user) => (
                <>
                  <button
                    type="button"
                    aria-label={`${t('users.choose')}: ${user.externalUserId}`}
                    onClick={() => setAssigning(user)}
                  >
                    {t('users.choose')}
                  </button>
                  <button
                    type="button"
                    class="quiet"
                    aria-label={`${t('users.create')}: ${user.externalUserId}`}
                    onClick={() => setCreating(user)}
                  >
                    {t('users.create')}
                  </button>
                </>
              )
            : undefined
        }
        buttons={
          mayPlan() && (
            <>
              <a class="button" href="/setup/imports">
                {t('people.import')}
              </a>
              {sure.length > 0 && (
                <button
                  type="button"
                  class="primary"
                  disabled={busy}
                  onClick={() =>
                    void assign(sure.map((user) => [user, user.suggestions[0]!.personId] as const))
                  }
                >
                  {t('users.assignSure', { n: sure.length })}
                </button>
              )}
            </>
          )
        }
        empty={<p>{t('users.none')}</p>}
      />
      {assigning && (
        <AssignDialog
          user={assigning}
          onClose={() => setAssigning(null)}
          onAssign={(personId) => {
            setAssigning(null);
            void assign([[assigning, personId]]);
          }}
        />
      )}
      {creating && (
        <EntityDialog
          spec={personSpec([integration])}
          id={null}
          title={t('people.add')}
          start={newPersonOf(creating, integration)}
          onClose={() => setCreating(null)}
          onSaved={async ({ name }) => {
            setCreating(null);
            tell(t('users.assigned', { user: creating.externalUserId, name }));
            await reloadDirectory();
            onChanged();
          }}
        />
      )}
    </>
  );
}

/** One person only is spelled like that, but for case, accents and punctuation. */
const isSure = ({ suggestions }: UnknownUser): boolean =>
  suggestions[0]?.distance === 0 && suggestions[1]?.distance !== 0;

/** `anna.keller@centre.example` is probably Anna Keller. */
function newPersonOf({ externalUserId }: UnknownUser, integration: FullIntegration) {
  const name = externalUserId
    .split('@')[0]!
    .split(/[._\s-]+/)
    .filter(Boolean)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join(' ');
  return {
    id: slugOf(name),
    name,
    externalUsers: [{ integrationId: integration.id, externalUserId, validFrom: '', validTo: '' }],
  };
}
