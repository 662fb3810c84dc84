/**
 * Feed gaps. The owner of an integration's partition keeps its silences; when they change it writes them to
 * `feed_gaps` and asks for the people concerned. Everybody computes with what that table says, so that all owners
 * agree on a gap, and on up to when there are no others: a later bucket is not final (architecture.md, "Feed gaps").
 */
import { isDeepStrictEqual } from 'node:util';
import type { Feed } from '@adherence/domain/compute/actual.ts';
import { bucketMs, bucketOf } from '@adherence/domain/compute/cells.ts';
import type { Instant, Interval } from '@adherence/domain/model.ts';
import { integrationKey } from '@adherence/schemas/topics.ts';
import { loadFeeds, loadGapsFromSeconds, type StoredFeed } from '@adherence/store/load.ts';
import { type FeedLedger, markFeed } from '../domain/feed-ledger.ts';
import type { Owner } from '../owner.ts';
import type { Ask, Partition, Unsettled } from '../partition.ts';

export interface OwnedFeed {
  readonly tenantId: string;
  readonly integrationId: string;
  ledger: FeedLedger;
  /** Start of the silence at the live end, once declared. */
  openFrom: Instant | null;
  /** When a notification of it arrived here last, or when it was read anew. */
  heardAt: Instant;
  /** Its people are still to be asked from here on; Infinity when they were. */
  unaskedFrom: Instant;
  /** Greatest occurredAt in the table; others know of no gap after it. */
  toldHeard: Instant | null;
}

export interface ChangedFeed {
  readonly feed: OwnedFeed;
  readonly changedFrom: Instant;
}

/** Applies marks that are already stored in feed_seconds; answers the feeds whose people are to be asked. */
export async function applyMarks(
  owner: Owner,
  partition: Partition,
  marks: Unsettled['marks'],
): Promise<ChangedFeed[]> {
  for (const [key, ofFeed] of Map.groupBy(marks, (m) => integrationKey(m.tenantId, m.integrationId))) {
    const { tenantId, integrationId } = ofFeed[0]!;
    const thresholdMs = thresholdOf(owner, tenantId, integrationId);
    if (thresholdMs === null) continue;
    const known = partition.feeds.get(key);
    if (known?.ledger.thresholdMs !== thresholdMs) {
      await refreshFeed(owner, partition, tenantId, integrationId);
      continue;
    }
    known.heardAt = owner.clock.now();
    for (const at of ofFeed.flatMap(({ least, greatest }) => [least, greatest])) {
      const marked = markFeed(known.ledger, at);
      known.ledger = marked.ledger;
      known.unaskedFrom = Math.min(known.unaskedFrom, marked.changedFrom);
      if (known.openFrom !== null && at > known.openFrom) {
        known.unaskedFrom = Math.min(known.unaskedFrom, known.openFrom);
        known.openFrom = null;
      }
    }
  }
  return unaskedFeeds(partition);
}

export const unaskedFeeds = (partition: Partition): ChangedFeed[] =>
  [...partition.feeds.values()]
    .filter(({ unaskedFrom }) => Number.isFinite(unaskedFrom))
    .map((feed) => ({ feed, changedFrom: feed.unaskedFrom }));

/** Heard in a later bucket than is told, with the same gaps: nobody's data differ, but more of it is final. */
export const heardFurther = (partition: Partition): ChangedFeed[] =>
  [...partition.feeds.values()].flatMap((feed) => {
    const { ledger, toldHeard, unaskedFrom } = feed;
    if (ledger.last === null || Number.isFinite(unaskedFrom)) return [];
    const isNews = toldHeard === null || bucketOf(ledger.last) > bucketOf(toldHeard);
    return isNews ? [{ feed, changedFrom: ledger.last }] : [];
  });

/** Reads a feed anew from its seconds and compares it with what its people were told. */
export async function refreshFeed(
  owner: Owner,
  partition: Partition,
  tenantId: string,
  integrationId: string,
): Promise<void> {
  const thresholdMs = thresholdOf(owner, tenantId, integrationId) ?? 0;
  const [told] = await loadFeeds(owner.db, tenantId, [integrationId]);
  partition.writtenBefore = Math.max(partition.writtenBefore, told?.offset ?? 0);
  const heard =
    thresholdMs === 0
      ? { first: null, last: null, gaps: [] }
      : await loadGapsFromSeconds(owner.db, tenantId, integrationId, thresholdMs);
  const stillOpen = told?.openFrom != null && heard.last !== null && heard.last <= told.openFrom;
  const feed: OwnedFeed = {
    tenantId,
    integrationId,
    ledger: { thresholdMs, ...heard },
    openFrom: stillOpen ? told.openFrom : null,
    heardAt: owner.clock.now(),
    unaskedFrom: Math.min(
      told && !told.asked ? told.changedFrom : Number.POSITIVE_INFINITY,
      firstDifference(told?.gaps ?? [], heard.gaps),
      told?.openFrom != null && !stillOpen ? told.openFrom : Number.POSITIVE_INFINITY,
    ),
    toldHeard: told?.thresholdMs === thresholdMs ? told.last : null,
  };
  partition.feeds.set(integrationKey(tenantId, integrationId), feed);
}

/**
 * Declares feeds silent that have been so for longer than their threshold. Everything accepted before `at` must be
 * stored. A feed that still tells of the past is left alone: its people would be computed again with every batch.
 */
export function openSilences(partition: Partition, at: Instant): void {
  for (const feed of partition.feeds.values()) {
    if (!isSilent(feed, at) || feed.heardAt >= at) continue;
    feed.openFrom = feed.ledger.last;
    feed.unaskedFrom = Math.min(feed.unaskedFrom, feed.ledger.last!);
  }
}

/** Silent for longer than its threshold, and its people do not know. */
export const isSilent = ({ ledger, openFrom }: OwnedFeed, now: Instant): boolean =>
  openFrom === null &&
  ledger.thresholdMs > 0 &&
  ledger.last !== null &&
  now - ledger.last >= ledger.thresholdMs;

export const feedGapColumns = [
  'tenant',
  'integration',
  'version',
  'asked',
  'threshold_ms',
  'changed_from',
  'first_at',
  'last_at',
  'open_from',
  'gaps.from_at',
  'gaps.to_at',
] as const;

/** `asked` 0 before the people are asked, 1 after; of one offset the latter wins. */
export function feedRow({ feed, changedFrom }: ChangedFeed, offset: number, now: Instant, asked: 0 | 1) {
  const { ledger, openFrom } = feed;
  return [
    feed.tenantId,
    feed.integrationId,
    ((BigInt(offset) << 64n) | (BigInt(now) << 1n) | BigInt(asked)).toString(),
    asked,
    ledger.thresholdMs,
    changedFrom,
    ledger.first,
    ledger.last,
    openFrom,
    ledger.gaps.map(({ from }) => from),
    ledger.gaps.map(({ to }) => to),
  ];
}

/** Everybody who has an external user on the integration, from when on their data may differ. */
export function peopleOfFeed(owner: Owner, { feed, changedFrom }: ChangedFeed): Ask[] {
  const { tenantId, integrationId } = feed;
  const people = owner.configuration.state().tenants.get(tenantId)?.people ?? new Map();
  const asks: Ask[] = [];
  for (const [personId, { document, deleted }] of people) {
    const users: readonly { integrationId: string }[] = document.externalUsers;
    if (!deleted && users.some((user) => user.integrationId === integrationId)) {
      asks.push({ tenantId, personId, from: changedFrom, to: null, reason: feedReason });
    }
  }
  return asks;
}

/** Reason of a request that makes the owner read the feeds again. */
export const feedReason = 'feed gap';

/** Reads what the people of these integrations were told into `owner.feeds`. */
export async function loadToldFeeds(
  owner: Owner,
  tenantId: string,
  integrationIds: readonly string[],
): Promise<void> {
  const withThreshold = integrationIds.filter((id) => thresholdOf(owner, tenantId, id) !== null);
  const told = await loadFeeds(owner.db, tenantId, withThreshold);
  for (const id of integrationIds) {
    const thresholdMs = thresholdOf(owner, tenantId, id);
    // Nothing was told of one that has had no silence.
    if (thresholdMs === null) owner.feeds.delete(integrationKey(tenantId, id));
    else owner.feeds.set(integrationKey(tenantId, id), { thresholdMs, gaps: [], last: null, heard: null });
  }
  for (const feed of told) {
    if (feed.thresholdMs > 0) owner.feeds.set(integrationKey(tenantId, feed.integrationId), toldFeed(feed));
  }
}

const toldFeed = ({ thresholdMs, gaps, openFrom, last }: StoredFeed): Feed => ({
  thresholdMs,
  gaps,
  last: openFrom,
  heard: last,
});

/**
 * Reads again of the feeds that keep buckets from being final up to when they were heard. Only that: their people are
 * asked when gaps change, and until then nothing after what they were told is final.
 */
export async function hearFeeds(owner: Owner): Promise<void> {
  const wanted = bucketOf(owner.clock.now() - bucketMs);
  for (const [tenantId, { integrations }] of owner.configuration.state().tenants) {
    const late = [...integrations.keys()].filter((id) => {
      const feed = owner.feeds.get(integrationKey(tenantId, id));
      return feed && feed.last === null && (feed.heard ?? 0) < wanted;
    });
    for (const stored of await loadFeeds(owner.db, tenantId, late)) {
      const key = integrationKey(tenantId, stored.integrationId);
      const known = owner.feeds.get(key);
      const told = toldFeed(stored);
      if (known && isDeepStrictEqual({ ...known, heard: told.heard }, told)) owner.feeds.set(key, told);
    }
  }
}

/** Feeds of one tenant by integration, as `compute` reads them. */
export function feedsOf(owner: Owner, tenantId: string, integrationIds: Iterable<string>): Map<string, Feed> {
  const feeds = new Map<string, Feed>();
  for (const id of integrationIds) {
    const feed = owner.feeds.get(integrationKey(tenantId, id));
    if (feed) feeds.set(id, feed);
  }
  return feeds;
}

export function thresholdOf(owner: Owner, tenantId: string, integrationId: string): number | null {
  const integration = owner.configuration.state().tenants.get(tenantId)?.integrations.get(integrationId);
  const seconds = integration && !integration.deleted ? integration.document.feedGapSeconds : null;
  return seconds === null ? null : seconds * 1000;
}

function firstDifference(a: readonly Interval[], b: readonly Interval[]): Instant {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i]?.from !== b[i]?.from || a[i]?.to !== b[i]?.to) {
      return Math.min(a[i]?.from ?? Number.POSITIVE_INFINITY, b[i]?.from ?? Number.POSITIVE_INFINITY);
    }
  }
  return Number.POSITIVE_INFINITY;
}
