import { rejectReasons } from '@adherence/domain/notifications/reject-reasons.ts';
import { useState } from 'preact/hooks';
import { ApiError, getAll, postJson } from '../../api/client.ts';
import type { FullIntegration, RejectedNotification } from '../../api/setup-types.ts';
import { useRequest } from '../../api/use-request.ts';
import { Dialog } from '../../components/dialog/dialog.tsx';
import { tell } from '../../components/dialog/toasts.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { RawText } from '../../components/raw-text.tsx';
import { ChoiceBar } from '../../components/table/choice-bar.tsx';
import { RemoteTable } from '../../components/table/remote-table.tsx';
import { directory } from '../../directory.ts';
import { longDateTimeText } from '../../format/time.ts';
import { type MessageKey, t } from '../../i18n/translate.ts';
import { place, setQuery } from '../../router.ts';
import { ScreenHead } from '../frame/screen-head.tsx';

interface ReplayAnswer {
  readonly replayed: number;
  readonly failed: readonly { readonly id: string; readonly reason: string }[];
}

/** What could not be read, with the bytes that came, to be looked at and read again after a fix. */
export function RejectedScreen() {
  const { query } = place.value;
  const filter = {
    integrationId: query.get('integration') ?? undefined,
    reason: query.get('reason') ?? undefined,
    stage: query.get('stage') ?? undefined,
    search: query.get('q') ?? undefined,
  };
  const { data: integrations } = useRequest('integrations', (signal) =>
    getAll<FullIntegration>('/integrations', {}, signal),
  );
  const [version, setVersion] = useState(0);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [looking, setLooking] = useState<RejectedNotification | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const [failed, setFailed] = useState<ReplayAnswer['failed']>([]);
  const zone = directory.value.tenantTimeZone;
  const integrationName = (id: string | null) =>
    id === null ? '' : (integrations?.find((each) => each.id === id)?.name ?? id);

  const replay = async (what: object) => {
    setBusy(true);
    setError(null);
    try {
      const answer = (await postJson('/rejected/replay', what)) as ReplayAnswer;
      setFailed(answer.failed);
      tell(t('rejected.replayed', { n: answer.replayed }));
      setChosen(new Set());
      setVersion(version + 1);
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const isFiltered = Object.values(filter).some((value) => value !== undefined);

  return (
    <>
      <ScreenHead title={t('setup.rejectedTitle')} lead={t('rejected.lead')} />
      {error && <ErrorNotice error={error} />}
      {failed.length > 0 && (
        <div class="notice warning" role="status">
          <p>{t('rejected.stillBad', { n: failed.length })}</p>
          <ul>
            {failed.slice(0, 5).map(({ id, reason }) => (
              <li key={id}>
                <span class="raw">{id}</span>: {reason}
              </li>
            ))}
          </ul>
        </div>
      )}
      <RemoteTable<RejectedNotification>
        name="rejected"
        path="/rejected"
        query={filter}
        version={version}
        label={t('setup.rejectedTitle')}
        rowKey={({ id }) => id}
        rowName={({ id }) => id}
        selection={{ chosen, onChange: setChosen }}
        columns={[
          {
            key: 'received',
            header: t('notification.received'),
            kind: 'time',
            text: ({ receivedAt }) => longDateTimeText(Date.parse(receivedAt), zone),
          },
          {
            key: 'integration',
            header: t('setup.integration'),
            text: ({ integrationId }) => integrationName(integrationId),
          },
          {
            key: 'reason',
            header: t('rejected.reason'),
            text: ({ reason, detail }) => `${reasonText(reason)}${detail ? ` (${detail})` : ''}`,
            cell: ({ reason, detail }) => (
              <>
                {reasonText(reason)}
                {detail && <span class="under">{detail}</span>}
              </>
            ),
          },
          {
            key: 'stage',
            header: t('rejected.stage'),
            text: ({ stage }) => t(`stage.${stage}` as MessageKey),
          },
          {
            key: 'payload',
            header: t('rejected.payload'),
            kind: 'raw',
            text: ({ payload }) => payload,
            cell: ({ payload }) => <span class="clip">{payload}</span>,
          },
          { key: 'id', header: t('field.id'), text: ({ id }) => id, hidden: true },
        ]}
        actions={(row) => (
          <>
            <button
              type="button"
              aria-label={`${t('rejected.look')} ${row.id}`}
              onClick={() => setLooking(row)}
            >
              {t('rejected.look')}
            </button>
            <button
              type="button"
              aria-label={`${t('rejected.replay')} ${row.id}`}
              disabled={busy}
              onClick={() => void replay({ ids: [row.id] })}
            >
              {t('rejected.replay')}
            </button>
          </>
        )}
        filters={<Filters integrations={integrations ?? []} />}
        buttons={
          isFiltered && (
            <button type="button" disabled={busy} onClick={() => void replay(filter)}>
              {t('rejected.replayAll')}
            </button>
          )
        }
        bar={
          chosen.size > 0 && (
            <ChoiceBar text={t('rejected.chosen', { n: chosen.size })}>
              <button
                type="button"
                class="primary"
                disabled={busy}
                onClick={() => void replay({ ids: [...chosen] })}
              >
                {t('rejected.replay')}
              </button>
              <button type="button" class="quiet" onClick={() => setChosen(new Set())}>
                {t('statuses.clearChosen')}
              </button>
            </ChoiceBar>
          )
        }
        empty={<p>{t('rejected.empty')}</p>}
      />
      {looking && (
        <Dialog title={t('rejected.title', { id: looking.id })} onClose={() => setLooking(null)} wide>
          <dl class="facts">
            <div>
              <dt>{t('rejected.reason')}</dt>
              <dd>{reasonText(looking.reason)}</dd>
            </div>
            <div>
              <dt>{t('rejected.request')}</dt>
              <dd class="raw">{looking.requestId}</dd>
            </div>
          </dl>
          {looking.detail && <p>{looking.detail}</p>}
          <RawText label={t('rejected.payload')} text={looking.payload} />
        </Dialog>
      )}
    </>
  );
}

const reasonText = (reason: string): string =>
  reason in rejectReasons ? t(`reason.${reason}` as MessageKey) : reason;

function Filters({ integrations }: { readonly integrations: readonly FullIntegration[] }) {
  const { query } = place.value;
  const select = (
    name: string,
    label: string,
    all: string,
    options: readonly (readonly [string, string])[],
  ) => (
    <label>
      <span>{label}</span>
      <select
        value={query.get(name) ?? ''}
        onChange={({ currentTarget: { value } }) => setQuery({ [name]: value || null })}
      >
        <option value="">{all}</option>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <>
      <label class="search">
        <span>{t('rejected.search')}</span>
        <input
          type="search"
          value={query.get('q') ?? ''}
          onChange={({ currentTarget: { value } }) => setQuery({ q: value || null })}
        />
      </label>
      {select(
        'integration',
        t('setup.integration'),
        t('rejected.all'),
        integrations.map(({ id, name }) => [id, name]),
      )}
      {select(
        'reason',
        t('rejected.reason'),
        t('rejected.all'),
        Object.keys(rejectReasons).map((reason) => [reason, reasonText(reason)]),
      )}
    </>
  );
}
