/**
 * The owner of people by partition, as the consume loop sees it: take into memory and onto the board at once, settle
 * into ClickHouse as one, hand over when a partition moves.
 */
import { setImmediate as othersTurn } from 'node:timers/promises';
import { rulesOf } from '@adherence/domain/compute/rules.ts';
import type { Instant } from '@adherence/domain/model.ts';
import type { AssignedPartition, PartitionOffset } from '@adherence/runtime/broker/broker.ts';
import type { Processor } from '@adherence/runtime/consume.ts';
import { FencedError } from '@adherence/runtime/errors.ts';
import { type Metrics, noMetrics } from '@adherence/runtime/metrics.ts';
import { partitionOf, streamPartitions } from '@adherence/schemas/topics.ts';
import { createBoardPublisher } from './board/board-publisher.ts';
import { advance, type Person } from './domain/person.ts';
import { feedsOf, hearFeeds, isSilent, openSilences } from './feeds/feeds.ts';
import { forgetDeletedTenants, withoutDeletedTenants } from './keep/deleted-tenants.ts';
import { createErasures } from './keep/erase.ts';
import type { Owner } from './owner.ts';
import { type Partition, partitionOfPerson, type Request } from './partition.ts';
import type { ChangeNotes } from './recompute/configuration-changes.ts';
import { type Shift, workTogether } from './recompute/work-together.ts';
import { advancePeople } from './settle/advance-people.ts';
import { createEarlyAnswers } from './settle/early-answers.ts';
import { healthMessage, publishJudgements } from './settle/publish.ts';
import {
  abandonSettling,
  askForPeople,
  beginSettling,
  forgetJudged,
  rollWindows,
  storeInputs,
  storeRequests,
} from './settle/settle.ts';
import { createUnstoredResults } from './settle/unstored-results.ts';
import { decodeRecords } from './take/dead-letter.ts';
import { createEventAges, oldestReceiptOf } from './take/event-ages.ts';
import { takeRecords } from './take/take.ts';
import { keepOwned, loadOthers } from './take-over.ts';

export interface AdherenceProcessor extends Processor {
  /** When the state of somebody may change by itself next. */
  nextDue(): Instant;
  /** Brings people onto the board whose state changed by itself. */
  refreshDue(): void;
  /** The next settling computes everybody up to its instant. */
  tick(): void;
  /** There is work that a settling would do. */
  hasWork(): boolean;
  /** People were asked for after every change of the configuration that is known here. */
  hasAsked(): boolean;
  /** The next settling declares feeds silent whose threshold has passed; everything accepted before `at` must be stored. */
  declareSilentFeeds(at: Instant): void;
  mayBeSilent(): boolean;
  /** Tells on the topic `health` up to when everybody is computed and events are taken, per partition. */
  publishHealth(): Promise<void>;
}

/** How people are loaded or computed again: beside live work, and while nothing else goes on. */
const liveShift = { workers: 2, atOnce: 25 };
const takeOverShift = { workers: 4, atOnce: 50 };
/** For how long a settling computes people again before live work goes on: at least, and at most. */
const rebuildBudgetMs = { least: 400, most: 8_000 };
/** While people are computed again the rows of live ones are written this often: they would take as long as those. */
const resultsWhileBusyMs = 10_000;
const tickBudgetMs = 200;
/** A batch that is this far behind is stored first; its people come onto the board with the settling. */
const liveWithinMessages = 20_000;

/** `askForSettling` is called when somebody waits for what was taken. */
export function adherenceProcessor(
  owner: Owner,
  notes: ChangeNotes,
  askForSettling: () => void,
  metrics: Metrics = noMetrics,
): AdherenceProcessor {
  const { partitions, clock, producer, configuration } = owner;
  const board = createBoardPublisher({ producer, eventsUntil, log: owner.log });
  const ages = createEventAges(metrics, clock);
  const results = createUnstoredResults(owner);
  /** Requests that are not in the table yet. */
  const unrecorded = new Set<Request>();
  /** How long the rest of a settling took, last time. */
  let otherWorkMs = 0;
  /** Somebody waits for the next settling to begin. */
  let isAwaited = false;
  /** When the rows of who changed were computed last, and whether that was put off since. */
  let resultsAt = 0;
  let resultsPutOff = false;
  /** Feeds that were silent then are to be declared so. */
  let silentBefore: Instant | null = null;
  /** Partitions of which everybody is to be computed up to now. */
  const tickDue = new Set<number>();
  /** By partition: when everybody was last computed, receipt of the last event taken, and whether more is waiting. */
  const computedTo = new Map<number, Instant>();
  const taken = new Map<number, { readonly until: Instant; readonly behind: boolean }>();
  const early = createEarlyAnswers(owner);
  const erasures = createErasures(owner, board, [results.rows, results.changes]);
  /** Counts what was owned before; work that began under an earlier one has nothing more to write. */
  let ownership = 0;
  let tenantsForgotten = 0;
  /** Between generations nothing is published. */
  let isOwner = false;

  async function take({ partition: number, messages, highWatermark }: Parameters<Processor['take']>[0]) {
    const partition = partitions.get(number);
    if (!partition) return;
    const fresh = messages.filter(({ offset }) => offset >= partition.position);
    await owner.codec.learn(fresh.map(({ value }) => value));
    const decoded = decodeRecords(owner.codec, fresh, partition.unsettled.dead);
    const records = withoutDeletedTenants(owner, partition, decoded);
    const position = Math.max(partition.position, (fresh.at(-1)?.offset ?? -1) + 1);
    const behind = highWatermark - position;
    const isLive = behind <= liveWithinMessages;
    const touched = await takeRecords(owner, partition, records, isLive);
    partition.position = Math.max(partition.position, position);
    taken.set(number, { until: fresh.at(-1)?.timestamp ?? 0, behind: behind > 0 });
    if (isLive) showLive(partition, touched);
    ages.taken(oldestReceiptOf(records), isLive ? board.flush() : null);
    if (partition.unsettled.outcomes.length > 0) {
      isAwaited = true;
      early.taken();
      askForSettling();
    }
  }

  function showLive(partition: Partition, people: Iterable<Person>): void {
    const now = clock.now();
    for (const person of people) advanceOne(person, now);
    if (isOwner) board.show(partition, people);
  }

  function advanceOne(person: Person, now: Instant): void {
    const tables = configuration.state().tenants.get(person.tenantId);
    if (!tables) return;
    const feeds = feedsOf(owner, person.tenantId, new Set(person.externalUsers.map((u) => u.integrationId)));
    advance(person, rulesOf(tables.rules), feeds, now);
  }

  /** Everything that came by until then is on the board: now, unless more is known to be waiting. */
  function eventsUntil(partition: Partition): Instant {
    const last = taken.get(partition.number);
    return last?.behind ? last.until : clock.now();
  }

  async function settle() {
    const mine = ownership;
    await early.end();
    isAwaited = false;
    const configurationOffset = configuration.offset();
    const settlings = beginSettling(partitions.values());
    ages.settling();
    try {
      await storeInputs(owner, settlings);
      forgetJudged(settlings);
      await publishJudgements(producer, settlings);
      // The rest may take seconds, and whoever puts a schedule waits for the answer.
      early.begin(fenceOf(mine));
      if (silentBefore !== null) for (const { partition } of settlings) openSilences(partition, silentBefore);
      silentBefore = null;
      await askForPeople(owner, settlings, notes, configurationOffset);
    } catch (error) {
      abandonSettling(settlings);
      throw error;
    }
    for (const { unsettled } of settlings) for (const request of unsettled.requests) unrecorded.add(request);
    // What an earlier settling could not store would come after what is computed again.
    if (results.rows.size > 0) await results.store(fenceOf(mine));
    await rebuildWithinBudget(mine);
    const rebuiltAt = clock.now();
    if (tickDue.size > 0) await hearFeeds(owner);
    const upTo = await computeResults();
    await results.store(fenceOf(mine));
    await erasures.obey(configurationOffset);
    forgetTenants();
    if (!resultsPutOff) ages.stored();
    await storeRequests(owner, [...unrecorded], 0);
    unrecorded.clear();
    await board.flush();
    otherWorkMs = clock.now() - rebuiltAt;
    for (const [number, instant] of upTo) computedTo.set(number, instant);
    for (const partition of partitions.values()) rollWindows(partition, clock.now());
    if (tickDue.size > 0 || hasWork()) askForSettling();
    return settlings.map(({ partition, position }) => ({
      partition: partition.number,
      offset: position,
      metadata: JSON.stringify({
        configurationAsked: configurationOffset,
        unknownFrom: owner.unknownFrom(),
        feedsToDeclare: feedsToDeclare(partition),
      }),
    }));
  }

  function forgetTenants(): void {
    const { size } = configuration.state().deletedTenants;
    if (size > tenantsForgotten) forgetDeletedTenants(owner, board, [results.rows, results.changes]);
    tenantsForgotten = size;
  }

  const fenceOf = (mine: number) => () => {
    if (mine !== ownership) throw new FencedError('the partitions went to another owner');
  };

  async function rebuildWithinBudget(mine: number): Promise<void> {
    const { least, most } = rebuildBudgetMs;
    const until = clock.now() + Math.min(most, Math.max(least, 2 * otherWorkMs));
    await rebuildTogether(mine, { ...liveShift, partitions }, () => clock.now() < until && !isAwaited);
  }

  function rebuildTogether(mine: number, shift: Shift, goesOn: () => boolean): Promise<void> {
    const work = { owner, notes, board, fence: fenceOf(mine) };
    return workTogether(work, shift, goesOn, (request) => unrecorded.delete(request));
  }

  /**
   * Who changed, of every partition; then everybody, partition by partition, as long as live work can wait. Between
   * partitions takes and heartbeats have their turn: all people at once would keep the board waiting.
   */
  async function computeResults(): Promise<ReadonlyMap<number, Instant>> {
    resultsPutOff = isRebuilding() && clock.now() - resultsAt < resultsWhileBusyMs;
    if (!resultsPutOff) {
      resultsAt = clock.now();
      for (const partition of partitions.values()) {
        results.keep(advancePeople(owner, partition, false));
        await othersTurn();
      }
    }
    const until = clock.now() + tickBudgetMs;
    const done = new Map<number, Instant>();
    for (const number of tickDue) {
      const partition = partitions.get(number);
      if (partition) {
        const instant = clock.now();
        results.keep(advancePeople(owner, partition, true));
        if (isOwner) board.show(partition, partition.people.values());
        await othersTurn();
        done.set(number, instant);
      }
      tickDue.delete(number);
      if (clock.now() >= until) break;
    }
    return done;
  }

  async function assigned(list: readonly AssignedPartition[]): Promise<readonly PartitionOffset[]> {
    ownership += 1;
    const mine = ownership;
    keepOwned(partitions, list);
    forgetOthers();
    isOwner = true;
    const kept = [...partitions.values()];
    // What changed while the partitions were nobody's is not on the board yet.
    for (const partition of kept) board.show(partition, partition.people.values());
    const loaded = await loadOthers(owner, list, notes, erasures);
    for (const partition of loaded.values()) {
      for (const request of partition.unsettled.requests) unrecorded.add(request);
    }
    // A loading that a rebalance interrupted goes on; else one after the other would keep a partition waiting.
    const loading = new Map([...partitions].filter(([, { certainFrom }]) => !Number.isFinite(certainFrom)));
    await rebuildTogether(mine, { ...takeOverShift, partitions: loading }, () => true);
    for (const partition of loading.values()) partition.certainFrom = partition.writtenBefore;
    await board.flush();
    // So that what has been asked for is known of every partition, also of those without records.
    askForSettling();
    return kept.map(({ number, position }) => ({ partition: number, offset: position }));
  }

  /** Only what concerns partitions that are owned still is left. */
  function forgetOthers(): void {
    results.keepOnly((key) => partitions.has(partitionOf(key, streamPartitions)));
    for (const request of unrecorded) {
      if (!partitions.has(partitionOfPerson(request.tenantId, request.personId))) unrecorded.delete(request);
    }
    for (const map of [computedTo, taken]) {
      for (const number of map.keys()) if (!partitions.has(number)) map.delete(number);
    }
    if (partitions.size === 0) owner.feeds.clear();
  }

  /** Nothing is written until `assigned` tells what is still owned; what is in memory stays until then. */
  function revoked(): void {
    ownership += 1;
    isOwner = false;
    board.clear();
    tickDue.clear();
    silentBefore = null;
  }

  const hasWork = (): boolean => resultsPutOff || isRebuilding();

  const isRebuilding = (): boolean =>
    [...partitions.values()].some(({ rebuilds, rebuildsToCome }) => rebuilds.size + rebuildsToCome.size > 0);

  function nextDue(): Instant {
    let next = Number.POSITIVE_INFINITY;
    for (const { people } of partitions.values()) {
      for (const { dueAt } of people.values()) if (dueAt < next) next = dueAt;
    }
    return next;
  }

  function refreshDue(): void {
    const now = clock.now();
    for (const partition of partitions.values()) {
      const due = [...partition.people.values()].filter(({ dueAt }) => dueAt < now);
      if (due.length > 0) showLive(partition, due);
    }
  }

  function declareSilentFeeds(at: Instant): void {
    silentBefore = at;
    askForSettling();
  }

  const feedsToDeclare = ({ feeds }: Partition): number =>
    [...feeds.values()].filter((feed) => isSilent(feed, clock.now())).length;

  async function publishHealth(): Promise<void> {
    if (!isOwner) return;
    const messages = [...partitions.values()].map((partition) =>
      healthMessage(partition, computedTo.get(partition.number) ?? null, eventsUntil(partition)),
    );
    await board.flush();
    if (messages.length > 0) await producer.send(messages);
  }

  return {
    // The board goes on while results wait for ClickHouse. What a settling works on is taken off the partitions when
    // it begins; what is taken meanwhile is merged where people are computed again.
    takesWhileSettling: true,
    assigned,
    take,
    settle,
    revoked,
    nextDue,
    refreshDue,
    declareSilentFeeds,
    publishHealth,
    tick: () => {
      for (const number of partitions.keys()) tickDue.add(number);
    },
    hasWork,
    hasAsked: () =>
      [...partitions.values()].every(
        ({ askedConfiguration }) => askedConfiguration >= configuration.offset(),
      ),
    mayBeSilent: () => [...partitions.values()].some((partition) => feedsToDeclare(partition) > 0),
  };
}
