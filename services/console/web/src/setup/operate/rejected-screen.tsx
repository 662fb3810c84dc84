import { rejectReasons } from '@adherence/domain/notifications/reject-reasons.ts';
import { useRef, useState } from 'preact/hooks';
import { ApiError, getAll, postJson } from '../../api/client.ts';
import type { FullIntegration, RejectedNotification } from '../../api/setup-types.ts';
import { useRequest } from '../../api/use-request.ts';
import { ConfirmDialog } from '../../components/dialog/confirm-dialog.tsx';
import { Dialog } from '../../components/dialog/dialog.tsx';
import { tell } from '../../components/dialog/toasts.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { RawText } from '../../components/raw-text.tsx';
import { ChoiceBar } from '../../components/table/choice-bar.tsx';
import { RemoteTable } from '../../components/table/remote-table.tsx';
import { directory } from '../../directory.ts';
import { longDateTimeText } from '../../format/time.ts';
import { type MessageKey, t } from '../../i18n/translate.ts';
import { place } from '../../router.ts';
import { ScreenHead } from '../frame/screen-head.tsx';
import { RejectedFilters, reasonText } from './rejected-filters.tsx';

/** Some of what is to be read again went on its way before. */
interface Asking {
  readonly ids: readonly string[];
  readonly before: number;
}

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
    replayed: query.get('replayed') ?? undefined,
  };
  const search = query.get('q')?.trim() || undefined;
  const { data: integrations } = useRequest('integrations', (signal) =>
    getAll<FullIntegration>('/integrations', {}, signal),
  );
  const [version, setVersion] = useState(0);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<Asking | null>(null);
  const [looking, setLooking] = useState<RejectedNotification | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const [failed, setFailed] = useState<ReplayAnswer['failed']>([]);
  /** Those seen here that went on their way before. */
  const sent = useRef(new Set<string>());
  const zone = directory.value.tenantTimeZone;
  const integrationName = (id: string | null) =>
    id === null ? '' : (integrations?.find((each) => each.id === id)?.name ?? id);

  const replay = async (what: { readonly ids?: readonly string[]; readonly replayed?: boolean }) => {
    setBusy(true);
    setError(null);
    try {
      const answer = (await postJson('/rejected/replay', what)) as ReplayAnswer;
      setFailed(answer.failed);
      const stillBad = new Set(answer.failed.map(({ id }) => id));
      for (const id of what.ids ?? []) if (!stillBad.has(id)) sent.current.add(id);
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
  /** Nobody reads the same twice without knowing it. */
  const replayIds = async (ids: readonly string[]) => {
    const before = ids.filter((id) => sent.current.has(id)).length;
    if (before > 0) setAsking({ ids, before });
    else await replay({ ids });
  };
  const shown = { ...filter, search };
  const isFiltered = Object.values(shown).some((value) => value !== undefined);

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
        searchable
        version={version}
        label={t('setup.rejectedTitle')}
        rowKey={({ id }) => id}
        rowName={({ id }) => id}
        selection={{ chosen, onChange: setChosen }}
        onLoad={(rows) => {
          for (const { id, replayed } of rows) if (replayed && replayed.items > 0) sent.current.add(id);
        }}
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
            text: ({ reason, detail }) =>
              saysMore(detail, reason) ? `${reasonText(reason)} (${detail})` : reasonText(reason),
            cell: ({ reason, detail }) => (
              <>
                {reasonText(reason)}
                {saysMore(detail, reason) && <span class="under">{detail}</span>}
              </>
            ),
          },
          {
            key: 'stage',
            header: t('rejected.stage'),
            text: ({ stage }) => t(`stage.${stage}` as MessageKey),
            hidden: true,
          },
          {
            key: 'payload',
            header: t('rejected.payload'),
            kind: 'raw',
            text: ({ payload }) => payload,
            cell: ({ payload }) => <span class="clip">{payload}</span>,
          },
          {
            key: 'replayed',
            header: t('rejected.readAgain'),
            text: ({ replayed }) => (replayed ? replayedText(replayed, zone) : ''),
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
              onClick={() => void replayIds([row.id])}
            >
              {t('rejected.replay')}
            </button>
          </>
        )}
        filters={<RejectedFilters integrations={integrations ?? []} />}
        buttons={
          isFiltered &&
          filter.replayed !== 'true' && (
            <button type="button" disabled={busy} onClick={() => void replay({ ...shown, replayed: false })}>
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
                onClick={() => void replayIds([...chosen])}
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
      {asking && (
        <ConfirmDialog
          title={t('rejected.againTitle', { n: asking.before })}
          action={t('rejected.replay')}
          onClose={() => setAsking(null)}
          onConfirm={() => replay({ ids: asking.ids })}
        >
          <p>{t('rejected.againHelp')}</p>
        </ConfirmDialog>
      )}
      {looking && (
        <Dialog title={t('rejected.title', { id: looking.id })} onClose={() => setLooking(null)} wide>
          <dl class="facts">
            <div>
              <dt>{t('rejected.reason')}</dt>
              <dd>{reasonText(looking.reason)}</dd>
            </div>
            <div>
              <dt>{t('rejected.stage')}</dt>
              <dd>{t(`stage.${looking.stage}` as MessageKey)}</dd>
            </div>
            <div>
              <dt>{t('rejected.request')}</dt>
              <dd class="raw">{looking.requestId}</dd>
            </div>
          </dl>
          {saysMore(looking.detail, looking.reason) && <p>{looking.detail}</p>}
          {looking.replayed && (
            <p>
              {t('rejected.readAgain')}: {replayedText(looking.replayed, zone)}
            </p>
          )}
          <RawText label={t('rejected.payload')} text={looking.payload} />
        </Dialog>
      )}
    </>
  );
}

/** Some details are the reason, in the words of the domain. */
const saysMore = (detail: string, reason: string): boolean =>
  detail !== '' && detail !== (rejectReasons as Readonly<Record<string, string>>)[reason];

/** When it was read again, by whom, and what came of it. */
function replayedText(
  { times, at, by, byName, items, fault }: NonNullable<RejectedNotification['replayed']>,
  zone: string,
): string {
  const when = t('rejected.when', { time: longDateTimeText(Date.parse(at), zone), who: byName ?? by });
  const outcome = items > 0 ? t('rejected.sent', { n: items }) : t('rejected.notRead');
  return [when, outcome, fault, times > 1 && t('rejected.times', { n: times })].filter(Boolean).join('; ');
}
