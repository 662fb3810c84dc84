import { useState } from 'preact/hooks';
import { ApiError, deleteAt, postJson } from '../../api/client.ts';
import type { FullIntegration, NewUrlToken, UrlToken } from '../../api/setup-types.ts';
import { CopyField } from '../../components/copy-field.tsx';
import { ConfirmDialog } from '../../components/dialog/confirm-dialog.tsx';
import { tell } from '../../components/dialog/toasts.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { DataTable } from '../../components/table/data-table.tsx';
import { longDateTimeText } from '../../format/time.ts';
import { t } from '../../i18n/translate.ts';
import { integrationPath } from './load-guide.ts';

interface TokenStepProps {
  readonly integration: FullIntegration;
  readonly tokens: readonly UrlToken[];
  readonly timeZone: string;
  readonly onChanged: () => void;
}

const maxTokens = 2;

/** The URL token: generated, shown once, rotated with two valid at a time, revoked. */
export function TokenStep({ integration, tokens, timeZone, onChanged }: TokenStepProps) {
  const [shown, setShown] = useState<(NewUrlToken & { readonly isSecond: boolean }) | null>(null);
  const [revoking, setRevoking] = useState<UrlToken | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const path = `${integrationPath(integration.id)}/url-tokens`;
  const generate = async () => {
    setBusy(true);
    setError(null);
    try {
      setShown({ ...((await postJson(path, {})) as NewUrlToken), isSecond: tokens.length > 0 });
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setError(failure);
    } finally {
      setBusy(false);
    }
    // After a refusal too: somebody else may have generated one.
    onChanged();
  };
  const time = (at: string) => longDateTimeText(Date.parse(at), timeZone);
  return (
    <>
      <p>{t('token.help')}</p>
      {error && <ErrorNotice error={error} />}
      {shown && (
        <TokenOnce
          token={shown}
          integration={integration}
          isSecond={shown.isSecond}
          onStored={() => setShown(null)}
        />
      )}
      {tokens.length > 0 && (
        <DataTable
          label={t('token.list')}
          rows={tokens}
          rowKey={({ id }) => id}
          rowName={({ id }) => id}
          columns={[
            { key: 'id', header: t('token.name'), text: ({ id }) => id, kind: 'raw' },
            {
              key: 'created',
              header: t('token.created'),
              text: ({ createdAt }) => time(createdAt),
              kind: 'time',
            },
            {
              key: 'used',
              header: t('token.lastUsed'),
              kind: 'time',
              text: ({ lastUsedAt }) => (lastUsedAt === null ? t('token.unused') : time(lastUsedAt)),
            },
          ]}
          actions={(token) => (
            <button
              type="button"
              class="quiet"
              aria-label={`${t('token.revoke')} ${token.id}`}
              onClick={() => setRevoking(token)}
            >
              {t('token.revoke')}
            </button>
          )}
        />
      )}
      {!shown && (
        <div class="step-actions">
          <button
            type="button"
            class={tokens.length === 0 ? 'primary' : undefined}
            disabled={busy || tokens.length >= maxTokens}
            onClick={() => void generate()}
          >
            {t(tokens.length === 0 ? 'token.generate' : 'token.rotate')}
          </button>
          <p class="hint">
            {t(
              tokens.length === 0
                ? 'token.first'
                : tokens.length < maxTokens
                  ? 'token.rotateHelp'
                  : 'token.twoValid',
            )}
          </p>
        </div>
      )}
      {revoking && (
        <ConfirmDialog
          title={t('token.revokeTitle')}
          action={t('token.revoke')}
          onClose={() => setRevoking(null)}
          onConfirm={async () => {
            await deleteAt(`${path}/${encodeURIComponent(revoking.id)}`);
            tell(t('token.revoked'));
            if (shown?.id === revoking.id) setShown(null);
            onChanged();
          }}
        >
          <p>
            {revoking.lastUsedAt === null
              ? t('token.revokeUnused')
              : t('token.revokeUsed', { time: time(revoking.lastUsedAt) })}
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}

interface TokenOnceProps {
  readonly token: NewUrlToken;
  readonly integration: FullIntegration;
  readonly isSecond: boolean;
  readonly onStored: () => void;
}

/** What is never shown again. */
function TokenOnce({ token, integration, isSecond, onStored }: TokenOnceProps) {
  return (
    <section class="token-once" aria-label={t('token.once')}>
      <p class="notice warning" role="alert">
        <strong>{t('token.once')}</strong> {t('token.onceHelp')}
      </p>
      <CopyField label={t('token.url')} text={token.notificationUrl} />
      <CopyField
        label={t('token.letter')}
        long
        text={t(isSecond ? 'token.letterRotate' : 'token.letterFirst', {
          name: integration.name,
          url: token.notificationUrl,
          contact: [integration.contact.name, integration.contact.email].join(', '),
        })}
      />
      <p class="hint">{t('token.letterHelp')}</p>
      <button type="button" class="primary" onClick={onStored}>
        {t('token.stored')}
      </button>
    </section>
  );
}
