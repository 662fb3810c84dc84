import { useMemo, useState } from 'preact/hooks';
import { ApiError } from '../../api/client.ts';
import type { MappedStatus } from '../../api/setup-types.ts';
import { ActivityName, activityName } from '../../components/activity-name.tsx';
import { ConfirmDialog } from '../../components/dialog/confirm-dialog.tsx';
import { tell } from '../../components/dialog/toasts.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LocalTable } from '../../components/table/local-table.tsx';
import { directory } from '../../directory.ts';
import { numberText } from '../../format/amount.ts';
import { longDateTimeText } from '../../format/time.ts';
import { t } from '../../i18n/translate.ts';
import { place, setQuery } from '../../router.ts';
import { mayPlan } from '../sections.ts';
import { MapBar } from './map-bar.tsx';
import { mapStatus, statusKeyOf, statusName, unmapStatus } from './map-statuses.ts';
import { MappingDialog } from './mapping-dialog.tsx';

interface StatusTableProps {
  readonly integrationId: string;
  readonly statuses: readonly MappedStatus[];
  readonly onChanged: () => void;
  readonly prefix?: string;
}

const kinds = ['all', 'unmapped', 'revisit', 'mapped'] as const;
type Kind = (typeof kinds)[number];

const kindOf = ({ activityId, byFallback, revisit }: MappedStatus): Kind =>
  activityId === null ? 'unmapped' : byFallback || revisit ? 'revisit' : 'mapped';

/** Statuses and what they are mapped to, the unmapped ones first; one at a time or several at once. */
export function StatusTable({ integrationId, statuses, onChanged, prefix = '' }: StatusTableProps) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [error, setError] = useState<ApiError | null>(null);
  const [editing, setEditing] = useState<MappedStatus | 'new' | null>(null);
  const [removing, setRemoving] = useState<MappedStatus | null>(null);
  const kind = kinds.find((each) => each === place.value.query.get(`${prefix}kind`)) ?? 'all';
  const rows = useMemo(
    () =>
      statuses
        .filter((status) => kind === 'all' || kindOf(status) === kind)
        .toSorted((a, b) => kinds.indexOf(kindOf(a)) - kinds.indexOf(kindOf(b)) || b.count - a.count),
    [statuses, kind],
  );
  const withBreaks = new Set(
    statuses.filter(({ breakType }) => breakType !== null).map(({ status }) => status),
  );
  const counts = Map.groupBy(statuses, kindOf);
  const zone = directory.value.tenantTimeZone;
  const time = (at: string | null) => (at === null ? '' : longDateTimeText(Date.parse(at), zone));

  const mapAll = async (wanted: readonly MappedStatus[], activityId: string) => {
    setError(null);
    let mapped = 0;
    try {
      for (const status of wanted) {
        const { breakType, etag } = status;
        await mapStatus(integrationId, { status: status.status, breakType, activityId }, etag ?? null);
        mapped += 1;
      }
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setError(failure);
    }
    if (mapped > 0) {
      tell(t('statuses.mapped', { n: mapped, activity: activityName(activityId) }));
      setChosen(new Set(wanted.slice(mapped).map(statusKeyOf)));
    }
    onChanged();
  };

  return (
    <>
      {error && (error.status === 412 ? <Overtaken /> : <ErrorNotice error={error} />)}
      <LocalTable
        name={`statuses-${integrationId}`}
        prefix={prefix}
        label={t('setup.statuses')}
        rows={rows}
        rowKey={statusKeyOf}
        rowName={statusName}
        selection={mayPlan() ? { chosen, onChange: setChosen } : undefined}
        columns={[
          { key: 'status', header: t('setup.status'), text: ({ status }) => status, kind: 'raw' },
          {
            key: 'break',
            header: t('setup.breakType'),
            text: ({ status, breakType }) =>
              breakType ?? (withBreaks.has(status) ? t('statuses.others') : ''),
            cell: ({ status, breakType }) =>
              breakType === null ? (
                <span class="muted">{withBreaks.has(status) ? t('statuses.others') : '–'}</span>
              ) : (
                <span class="raw">{breakType}</span>
              ),
          },
          {
            key: 'activity',
            header: t('statuses.activity'),
            text: (status) => mappingText(status),
            cell: (status) => <Mapping status={status} />,
          },
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
            order: ({ lastSeen }) => (lastSeen === null ? 0 : Date.parse(lastSeen)),
          },
        ]}
        filters={
          <label>
            <span>{t('statuses.show')}</span>
            <select
              value={kind}
              onChange={({ currentTarget: { value } }) =>
                setQuery({ [`${prefix}kind`]: value === 'all' ? null : value, [`${prefix}page`]: null })
              }
            >
              {kinds.map((each) => (
                <option key={each} value={each}>
                  {t(`statuses.kind.${each}`)} (
                  {numberText(each === 'all' ? statuses.length : (counts.get(each)?.length ?? 0))})
                </option>
              ))}
            </select>
          </label>
        }
        buttons={
          mayPlan() && (
            <>
              {/* Beside the built-in one there is nothing yet that a status could mean. */}
              {directory.value.activities.size <= 1 && (
                <a class="button primary" href="/setup/activities?new=1">
                  {t('activities.add')}
                </a>
              )}
              <button type="button" onClick={() => setEditing('new')}>
                {t('statuses.add')}
              </button>
            </>
          )
        }
        bar={
          chosen.size > 0 && (
            <MapBar
              count={chosen.size}
              onMap={(activityId) =>
                mapAll(
                  statuses.filter((status) => chosen.has(statusKeyOf(status))),
                  activityId,
                )
              }
              onClear={() => setChosen(new Set())}
            />
          )
        }
        actions={
          mayPlan()
            ? (status) => (
                <>
                  <button
                    type="button"
                    aria-label={`${t(status.activityId === null ? 'statuses.map' : 'action.edit')} ${statusName(status)}`}
                    onClick={() => setEditing(status)}
                  >
                    {t(status.activityId === null ? 'statuses.map' : 'action.edit')}
                  </button>
                  {status.activityId !== null && !status.byFallback && (
                    <button
                      type="button"
                      class="quiet"
                      aria-label={`${t('action.delete')} ${statusName(status)}`}
                      onClick={() => setRemoving(status)}
                    >
                      {t('action.delete')}
                    </button>
                  )}
                </>
              )
            : undefined
        }
        empty={<p>{t(statuses.length === 0 ? 'statuses.none' : 'statuses.noneOfKind')}</p>}
      />
      {editing && (
        <MappingDialog
          integrationId={integrationId}
          status={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
          onSaved={(text) => {
            setEditing(null);
            tell(text);
            onChanged();
          }}
        />
      )}
      {removing && (
        <ConfirmDialog
          title={t('action.deleteTitle', { name: statusName(removing) })}
          action={t('action.delete')}
          onClose={() => setRemoving(null)}
          onConfirm={async () => {
            await unmapStatus(integrationId, removing);
            tell(t('action.deleted', { name: statusName(removing) }));
            onChanged();
          }}
        >
          <p>{t('statuses.deleteHelp')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

function Overtaken() {
  return (
    <p class="notice warning" role="alert">
      {t('statuses.overtaken')}
    </p>
  );
}

function mappingText(status: MappedStatus): string {
  if (status.activityId === null) return t('statuses.unmapped');
  const name = activityName(status.activityId);
  return status.byFallback ? t('statuses.byFallback', { activity: name, status: status.status }) : name;
}

function Mapping({ status }: { readonly status: MappedStatus }) {
  const { activityId, byFallback, versions = [], validFrom } = status;
  if (activityId === null) return <span class="tag warning">{t('statuses.unmapped')}</span>;
  if (byFallback) return <span class="tag dashed">{mappingText(status)}</span>;
  const more = versions.length - 1;
  return (
    <>
      <ActivityName activityId={activityId} />
      {status.revisit && <span class="tag dashed">{t('statuses.noTypes')}</span>}
      {(more > 0 || validFrom) && (
        <span class="under">
          {validFrom &&
            t('statuses.since', {
              time: longDateTimeText(Date.parse(validFrom), directory.value.tenantTimeZone),
            })}
          {validFrom && more > 0 && ' · '}
          {more > 0 && t('statuses.versions', { n: versions.length })}
        </span>
      )}
    </>
  );
}
