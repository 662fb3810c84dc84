import type { Actual } from '../api/types.ts';
import { directory } from '../directory.ts';
import { t } from '../i18n/translate.ts';
import { activityColour } from './activity-colour.ts';

/** An activity's name with a dot of its colour; the dot only repeats what the name says. */
export function ActivityName({ activityId }: { readonly activityId: string }) {
  return (
    <span class="activity">
      <ActivityDot activityId={activityId} />
      {activityName(activityId)}
    </span>
  );
}

export function ActivityDot({ activityId }: { readonly activityId: string | null }) {
  const colour = activityId === null ? null : activityColour(activityId, directory.value.activities);
  return <span class="dot" aria-hidden="true" style={colour ? { backgroundColor: colour } : {}} />;
}

export function ActualName({ actual }: { readonly actual: Actual }) {
  if (actual.activityId !== null) return <ActivityName activityId={actual.activityId} />;
  return (
    <span class="activity muted">
      <span class="dot hollow" aria-hidden="true" />
      {actualName(actual)}
    </span>
  );
}

export const activityName = (activityId: string): string =>
  directory.value.activities.get(activityId)?.name ?? activityId;

export const actualName = (actual: Actual): string =>
  actual.activityId === null
    ? t(actual.kind === 'offline' ? 'activity.offline' : 'activity.unknown')
    : activityName(actual.activityId);

/** Odigo's own words: status, and break type where there is one. */
export function statusText({ externalStatus, breakType }: Actual): string | null {
  if (externalStatus === null) return null;
  return breakType === null ? externalStatus : `${externalStatus} / ${breakType}`;
}

/** The scheduled activity's name, or that there is none. */
export const scheduledName = (activityId: string | null): string =>
  activityId === null ? t('activity.none') : activityName(activityId);
