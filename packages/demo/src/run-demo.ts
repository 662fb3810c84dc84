/**
 * The demo: sets its tenant up, tells what happened since yesterday (or since it was stopped), then what happens as
 * it happens. The same contact centre with the same seed lives the same days, so a restart just goes on.
 */
import { addDays, localDateOf } from '@adherence/domain/calendar.ts';
import type { Instant } from '@adherence/domain/model.ts';
import { type BreakWebService, startBreakWebService } from './break-web-service.ts';
import { type Centre, centre as heliosCentre } from './centre.ts';
import { type Clock, systemClock } from './clock.ts';
import { type DemoState, openStateStore, type SignIn, type StateStore } from './demo-state.ts';
import { type Feed, feedOf } from './feed.ts';
import type { Delivery } from './habits.ts';
import type { World } from './persistent-fetch.ts';
import { type Sender, senderOf, type UrlTokens } from './sender.ts';
import { createUrlToken, importSchedules, setUp, type Tenant } from './set-up.ts';

export interface DemoOptions {
  readonly consoleUrl: string;
  readonly ingressUrl: string;
  readonly operatorToken: string;
  /** Directory of sign-in.json and demo-state.json; made when missing. */
  readonly stateDir: string;
  /** Aborted: the demo ends at once and `runDemo` resolves. */
  readonly signal: AbortSignal;
  /** One line of progress; the last one before live operation is `demo ready`. */
  readonly print: (line: string) => void;
  /** Once the tenant exists: the history may still be on its way. */
  readonly onSignIn?: (signIn: SignIn) => void;
  readonly onReady?: () => void;
  /** Whole days before today that get a history; default 1: since yesterday morning. */
  readonly historyDays?: number;
  /** Serves the break types of one integration, and enters that there. Off unless it is asked for. */
  readonly breakService?: boolean;
  readonly seed?: string;
  readonly centre?: Centre;
  readonly clock?: Clock;
  readonly fetch?: typeof fetch;
}

/** Rejects only for what trying again cannot cure, such as a refused operator token. */
export async function runDemo(options: DemoOptions): Promise<void> {
  try {
    await run(options);
  } catch (error) {
    if (!options.signal.aborted) throw error;
  }
}

const minute = 60_000;
const day = 24 * 60 * minute;
/** What happened longer ago than this while the demo was off is not told any more: it stays a feed gap. */
const longestAbsence = 7 * day;
const daysAhead = 7;
const itemsPerSend = 1000;
/** A sender that is further behind has to name the times. */
const onTimeMs = 10_000;

async function run(options: DemoOptions): Promise<void> {
  const { centre = heliosCentre, seed = 'helios', historyDays = 1, signal, print } = options;
  const world: World = {
    fetch: options.fetch ?? fetch,
    clock: options.clock ?? systemClock,
    signal,
    print,
  };
  const { consoleUrl, ingressUrl, operatorToken } = options;
  const store = await openStateStore(options.stateDir);
  const tenant = await setUp(world, store, { centre, seed, consoleUrl, operatorToken, historyDays });
  options.onSignIn?.(tenant.signIn);
  const demo: Demo = { world, store, tenant, centre, seed, feed: feedOf(centre, seed), state: tenant.state };
  const breakService = options.breakService ? await serveBreakTypes(demo) : null;
  const sender = senderOf(world, { centre, seed, ingressUrl, urlTokens: urlTokensOf(demo) });
  try {
    await extendSchedules(demo);
    await backfill(demo, sender);
    print('demo ready');
    options.onReady?.();
    await live(demo, sender, breakService);
  } finally {
    await breakService?.close();
  }
}

interface Demo {
  readonly world: World;
  readonly store: StateStore;
  readonly tenant: Tenant;
  readonly centre: Centre;
  readonly seed: string;
  readonly feed: Feed;
  state: DemoState;
}

async function remember(demo: Demo, change: Partial<DemoState>): Promise<void> {
  demo.state = { ...demo.state, ...change };
  await demo.store.writeState(demo.state);
}

/** Entered once, and again only where its address had to change: what the visitor does there is left alone. */
async function serveBreakTypes(demo: Demo): Promise<BreakWebService> {
  const last = demo.state.breakService ?? null;
  const { id } = demo.centre.integrations.at(-1)!;
  const service = await startBreakWebService(id, last);
  if (service.remembered.port !== last?.port) {
    const { api } = demo.tenant;
    const { value } = await api.call('GET', `/integrations/${id}`);
    await api.call('PUT', `/integrations/${id}`, {
      json: { ...(value as object), breakDetail: service.access },
    });
    await remember(demo, { breakService: service.remembered });
  }
  return service;
}

function urlTokensOf(demo: Demo): UrlTokens {
  return {
    of: (id) => demo.state.urlTokens[id]!,
    renew: async (id) => {
      const token = await createUrlToken(demo.tenant.api, id);
      await remember(demo, { urlTokens: { ...demo.state.urlTokens, [id]: token } });
    },
  };
}

/** Schedules begin with the history, so that no day is without data from its start, and reach a week ahead. */
async function extendSchedules(demo: Demo): Promise<void> {
  const { centre, seed, state, tenant, world } = demo;
  const today = localDateOf(centre.timeZone, world.clock.now());
  const told = Math.max(state.postedUntil, world.clock.now() - longestAbsence);
  const earliest = localDateOf(centre.timeZone, told);
  const from =
    state.schedulesUntil !== null && state.schedulesUntil > earliest ? state.schedulesUntil : earliest;
  const to = addDays(today, daysAhead + 1);
  if (from >= to) return;
  await importSchedules(world, tenant.api, { centre, seed }, from, to, told);
  await remember(demo, { schedulesUntil: to });
}

/** Everything up to now, in the order in which a platform would have sent it. */
async function backfill(demo: Demo, sender: Sender): Promise<void> {
  const { feed, world } = demo;
  const start = Math.max(demo.state.postedUntil, world.clock.now() - longestAbsence);
  let told = 0;
  let toldAt = world.clock.now();
  for (let from = start; from < world.clock.now(); ) {
    const now = world.clock.now();
    const to = Math.min(from + 60 * minute, now);
    for (const part of partsOf(feed.between(from, to), to)) {
      told += part.deliveries.length;
      await sender.send(part.deliveries, { live: false });
      await remember(demo, { postedUntil: part.until });
    }
    from = to;
    if (now - toldAt >= 2000) {
      toldAt = now;
      world.print(`History: ${told} notifications up to ${new Date(to).toISOString().slice(0, 16)}Z`);
    }
  }
  world.print(`History: ${told} notifications told, ${sender.rejected()} of them malformed as in real life`);
}

/** Cut so that everything due until `until` is in the parts up to it. */
function partsOf(
  deliveries: readonly Delivery[],
  end: Instant,
): { deliveries: Delivery[]; until: Instant }[] {
  const parts = [];
  for (let from = 0; from < deliveries.length; ) {
    let to = Math.min(from + itemsPerSend, deliveries.length);
    while (to < deliveries.length && deliveries[to]!.at === deliveries[to - 1]!.at) to++;
    const until = to === deliveries.length ? end : deliveries[to - 1]!.at;
    parts.push({ deliveries: deliveries.slice(from, to), until });
    from = to;
  }
  return parts;
}

/** Ends only by the signal. */
async function live(demo: Demo, sender: Sender, breakService: BreakWebService | null): Promise<never> {
  const { clock, signal } = demo.world;
  while (true) {
    const now = clock.now();
    const due = demo.feed.between(demo.state.postedUntil, now);
    for (const { deliveries, until } of partsOf(due, now)) {
      breakService?.note(deliveries);
      await sender.send(deliveries, { live: now - demo.state.postedUntil < onTimeMs });
      await remember(demo, { postedUntil: until });
    }
    await extendSchedules(demo);
    const next = demo.feed.nextAfter(demo.state.postedUntil);
    // At least a little, so that what is due together travels together; not too long, for the clock may jump.
    await clock.sleep(Math.min(5000, Math.max(200, next - clock.now())), signal);
  }
}
