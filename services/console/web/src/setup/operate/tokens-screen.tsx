import { roles, teamSchema } from '@adherence/domain/configuration/entities.ts';
import { useMemo, useState } from 'preact/hooks';
import { z } from 'zod';
import { deleteAt, getAll, postJson } from '../../api/client.ts';
import type { NewToken, Token } from '../../api/setup-types.ts';
import { useRequest } from '../../api/use-request.ts';
import { CopyField } from '../../components/copy-field.tsx';
import { ConfirmDialog } from '../../components/dialog/confirm-dialog.tsx';
import { Dialog } from '../../components/dialog/dialog.tsx';
import { tell } from '../../components/dialog/toasts.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { faultsOfSchema } from '../../components/form/faults-of-schema.ts';
import { SelectField, TextField } from '../../components/form/field.tsx';
import { FormFrame } from '../../components/form/form-frame.tsx';
import { ManyField } from '../../components/form/many-field.tsx';
import { useForm } from '../../components/form/use-form.ts';
import { LocalTable } from '../../components/table/local-table.tsx';
import { directory, teams } from '../../directory.ts';
import { longDateTimeText } from '../../format/time.ts';
import { t } from '../../i18n/translate.ts';
import { ScreenHead } from '../frame/screen-head.tsx';

/** Who may sign in and call the API, with which role, and for which teams. */
export function TokensScreen() {
  const { data, error, reload } = useRequest('tokens', (signal) => getAll<Token>('/tokens', {}, signal));
  const [creating, setCreating] = useState(false);
  const [shown, setShown] = useState<NewToken | null>(null);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const rows = useMemo(() => data ?? [], [data]);
  const time = (at: string) => longDateTimeText(Date.parse(at), directory.value.tenantTimeZone);
  return (
    <>
      <ScreenHead title={t('setup.tokens')} lead={t('tokens.lead')} />
      {error && <ErrorNotice error={error} retry={reload} />}
      {!data && !error && <p class="splash">{t('app.loading')}</p>}
      {data && (
        <LocalTable
          name="tokens"
          label={t('setup.tokens')}
          rows={rows}
          rowKey={({ id }) => id}
          rowName={({ name }) => name}
          columns={[
            { key: 'name', header: t('field.name'), text: ({ name }) => name },
            { key: 'role', header: t('tokens.role'), text: ({ role }) => t(`role.${role}`) },
            {
              key: 'teams',
              header: t('exceptions.teams'),
              text: ({ teams: names }) => names?.join(', ') ?? t('board.allTeams'),
            },
            {
              key: 'created',
              header: t('token.created'),
              kind: 'time',
              text: ({ createdAt }) => time(createdAt),
              order: ({ createdAt }) => Date.parse(createdAt),
            },
            { key: 'id', header: t('field.id'), text: ({ id }) => id, kind: 'raw' },
          ]}
          buttons={
            <button type="button" class="primary" onClick={() => setCreating(true)}>
              {t('tokens.add')}
            </button>
          }
          actions={(token) => (
            <button
              type="button"
              class="quiet"
              aria-label={`${t('token.revoke')} ${token.name}`}
              onClick={() => setRevoking(token)}
            >
              {t('token.revoke')}
            </button>
          )}
          empty={<p>{t('tokens.empty')}</p>}
        />
      )}
      {creating && (
        <Dialog title={t('tokens.add')} onClose={() => setCreating(false)}>
          <TokenForm
            onCancel={() => setCreating(false)}
            onCreated={(token) => {
              setCreating(false);
              setShown(token);
              reload();
            }}
          />
        </Dialog>
      )}
      {shown && (
        <Dialog title={t('tokens.created', { name: shown.name })} onClose={() => setShown(null)}>
          <p class="notice warning">
            <strong>{t('token.once')}</strong> {t('token.onceHelp')}
          </p>
          <CopyField label={t('signIn.token')} text={shown.token} />
          <div class="dialog-foot">
            <button type="button" class="primary" onClick={() => setShown(null)}>
              {t('token.stored')}
            </button>
          </div>
        </Dialog>
      )}
      {revoking && (
        <ConfirmDialog
          title={t('tokens.revokeTitle', { name: revoking.name })}
          action={t('token.revoke')}
          onClose={() => setRevoking(null)}
          onConfirm={async () => {
            await deleteAt(`/tokens/${encodeURIComponent(revoking.id)}`);
            tell(t('tokens.revoked', { name: revoking.name }));
            reload();
          }}
        >
          <p>{t('tokens.revokeHelp')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

interface TokenDraft {
  readonly name: string;
  readonly role: string;
  readonly teams: readonly string[];
}

const schema = z.strictObject({
  name: z.string().trim().min(1, 'must not be empty').max(200, 'must have at most 200 characters'),
  role: z.enum(roles),
  teams: z.array(teamSchema).min(1).optional(),
});

interface TokenFormProps {
  readonly onCreated: (token: NewToken) => void;
  readonly onCancel: () => void;
}

function TokenForm({ onCreated, onCancel }: TokenFormProps) {
  const bodyOf = ({ name, role, teams: names }: TokenDraft) => ({
    name,
    role,
    ...(names.length > 0 && role !== 'admin' ? { teams: names } : {}),
  });
  const form = useForm<TokenDraft>({
    initial: { name: '', role: 'viewer', teams: [] },
    validate: (draft) => faultsOfSchema(schema, bodyOf(draft)),
    save: async (draft) => onCreated((await postJson('/tokens', bodyOf(draft))) as NewToken),
  });
  const role = form.draft.role as Token['role'];
  return (
    <FormFrame form={form} submitText={t('tokens.add')} onCancel={onCancel}>
      <TextField form={form} path="name" label={t('field.name')} hint={t('tokens.nameHint')} />
      <SelectField
        form={form}
        path="role"
        label={t('tokens.role')}
        hint={t(`role.help.${role}`)}
        options={roles.map((each) => ({ value: each, text: t(`role.${each}`) }))}
      />
      {role !== 'admin' && (
        <ManyField
          form={form}
          path="teams"
          label={t('tokens.teams')}
          hint={t('tokens.teamsHint')}
          options={teams.value.map((name) => ({ value: name, text: name }))}
        />
      )}
    </FormFrame>
  );
}
