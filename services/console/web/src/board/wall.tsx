import { useEffect } from 'preact/hooks';
import { actualName, scheduledName } from '../components/activity-name.tsx';
import { StateIcon } from '../components/state-icon.tsx';
import { categoryName } from '../components/state-name.ts';
import { useHeight } from '../components/use-width.ts';
import { directory } from '../directory.ts';
import { numberText, percentText } from '../format/amount.ts';
import { timeText, zoneAbbreviation } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import { setQuery } from '../router.ts';
import { now } from '../time/clock.ts';
import { groupName, Timer } from './board-row.tsx';
import { StaleBanner } from './board-status.tsx';
import { type BoardFilter, type BoardRow, isOutCategory } from './board-view.ts';
import type { LiveItem } from './live-state.ts';
import { categories, categoryOf, type Summary, summaryOf } from './summary.ts';
import { Meter } from './summary-bar.tsx';
import type { LiveBoard } from './use-live.ts';

export const isWall = (query: URLSearchParams): boolean => query.get('wall') === '1';

/** The address keeps it, so that a screen on a wall comes back by itself; the browser fills the screen where it may. */
export function enterWall(): void {
  setQuery({ wall: '1' });
  // Where it is refused, by the browser or by its settings, the wall fills the window.
  document.documentElement.requestFullscreen?.().then(undefined, () => undefined);
}

function leaveWall(): void {
  setQuery({ wall: null });
  if (document.fullscreenElement) void document.exitFullscreen();
}

interface WallProps {
  readonly live: LiveBoard;
  /** In scope. */
  readonly items: readonly LiveItem[];
  readonly rows: readonly BoardRow[];
  readonly filter: BoardFilter;
  readonly summary: Summary;
  readonly target: number | null;
}

/** For a screen on a wall: what can be read from three metres, the most urgent first, nothing that scrolls. */
export function Wall({ live, items, rows, filter, summary, target }: WallProps) {
  const zone = directory.value.tenantTimeZone;
  const { eventsUntil, connection } = live;
  const shown = categories.filter((each) => each !== 'excluded' || summary.counts.excluded > 0);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !document.fullscreenElement) leaveWall();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <section class="wall">
      <header class="wall-head">
        <h1 tabIndex={-1}>{titleOf(filter)}</h1>
        <p>
          {timeText(now.value, zone)} {zoneAbbreviation(zone, now.value)}
        </p>
        <p class={`connection ${connection}`}>
          <span class="pulse" aria-hidden="true" />
          {eventsUntil === null
            ? t(`board.${connection}`)
            : t('board.eventsTo', { time: timeText(eventsUntil, zone, true) })}
        </p>
        <button type="button" class="quiet" onClick={leaveWall}>
          {t('wall.leave')}
        </button>
      </header>
      <StaleBanner live={live} isEmpty={live.items?.size === 0} />
      <div class="wall-summary">
        <div class="wall-score">
          <h2>{t('board.headcount')}</h2>
          <p>{percentText(summary.headcount, 0)}</p>
          <Meter value={summary.headcount} target={target} />
          {target !== null && <span>{t('board.target', { target: percentText(target, 0) })}</span>}
        </div>
        <dl class="wall-counts">
          {shown.map((category) => (
            <div key={category} class={`count ${category}`}>
              <dt class="count-name">
                <StateIcon category={category} size={30} />
                {categoryName(category)}
              </dt>
              <dd>{numberText(summary.counts[category])}</dd>
            </div>
          ))}
        </dl>
      </div>
      <WallGroups rows={rows} />
      <WallPeople items={live.items === null ? null : items} />
    </section>
  );
}

function titleOf({ team, unit }: BoardFilter): string {
  if (team !== null) return groupName({ by: 'team', key: team || null });
  return unit === null ? t('board.title') : groupName({ by: 'unit', key: unit });
}

/** Head counts of the groups, the lowest first. */
function WallGroups({ rows }: Pick<WallProps, 'rows'>) {
  const { activities } = directory.value;
  const groups = rows
    .filter((row) => row.kind === 'group')
    .map((row) => ({
      name: groupName(row),
      headcount: summaryOf(row.items, (id) => activities.get(id)?.type).headcount,
    }))
    .filter(({ headcount }) => headcount !== null)
    .sort((a, b) => a.headcount! - b.headcount!);
  if (groups.length < 2) return null;
  return (
    <ul class="wall-groups">
      {groups.map(({ name, headcount }) => (
        <li key={name}>
          {name} <strong>{percentText(headcount, 0)}</strong>
        </li>
      ))}
    </ul>
  );
}

/** Rows of a wall, in parts of the width of the screen: they grow with it (board.css). */
const rowShare = 0.036;
/** Where few are out, one below the other has room for larger letters (wall.css). */
const fewTimes = 1.5;
const columns = () => (innerWidth >= 900 ? 2 : 1);

/** null while nothing has come yet: then nothing is said of anybody. */
function WallPeople({ items }: { readonly items: readonly LiveItem[] | null }) {
  const { ref, height } = useHeight<HTMLDivElement>(400);
  const out = (items ?? [])
    .filter((item) => isOutCategory(categoryOf(item)))
    .sort((a, b) => urgency(a) - urgency(b) || a.since - b.since);
  const rowHeight = Math.max(44, innerWidth * rowShare);
  const fitting = Math.max(1, Math.floor(height / rowHeight)) * columns();
  const isFew = columns() > 1 && out.length * rowHeight * fewTimes <= height;
  const shown = out.length > fitting ? out.slice(0, fitting - 1) : out;
  return (
    <div class={isFew ? 'wall-people few' : 'wall-people'} ref={ref}>
      {items === null ? (
        <p class="splash">{t('app.loading')}</p>
      ) : out.length === 0 ? (
        <p class="wall-calm">{t(items.length === 0 ? 'board.emptyTitle' : 'wall.calm')}</p>
      ) : (
        <ul aria-label={t('wall.out')}>
          {shown.map((item) => (
            <WallPerson key={item.personId} item={item} />
          ))}
          {out.length > shown.length && (
            <li class="wall-more">{t('wall.more', { n: out.length - shown.length })}</li>
          )}
        </ul>
      )}
    </div>
  );
}

const order = ['notPresent', 'wrongActivity', 'notScheduled'];
const urgency = (item: LiveItem): number => order.indexOf(categoryOf(item));

function WallPerson({ item }: { readonly item: LiveItem }) {
  const category = categoryOf(item);
  return (
    <li class={`wall-person ${category}`}>
      <StateIcon category={category} size={30} />
      <span class="wall-name">{item.name}</span>
      <span class="wall-doing">
        {t('wall.doing', {
          scheduled: scheduledName(item.scheduledActivityId),
          actual: actualName(item.actual),
        })}
      </span>
      <span class="visually-hidden">{categoryName(category)}</span>
      <Timer since={item.since} />
    </li>
  );
}
