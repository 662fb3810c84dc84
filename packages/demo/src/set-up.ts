/**
 * The demo's tenant, set up through the public API as an administrator would do it. Every step may be repeated; what
 * the visitor changed later is left alone, because a tenant that is set up is not set up again.
 */
import { addDays, dayStart, localDateOf } from '@adherence/domain/calendar.ts';
import type { Instant } from '@adherence/domain/model.ts';
import { type Agent, type Centre, centreVersion } from './centre.ts';
import { ApiError, type ConsoleApi, consoleApi } from './console-api.ts';
import type { DemoState, SignIn, StateStore } from './demo-state.ts';
import type { World } from './persistent-fetch.ts';
import { rosterOf } from './roster.ts';

export interface SetUpOptions {
  readonly centre: Centre;
  readonly seed: string;
  readonly consoleUrl: string;
  readonly operatorToken: string;
  /** Whole days before today that get a history. */
  readonly historyDays: number;
}

export interface Tenant {
  readonly signIn: SignIn;
  readonly api: ConsoleApi;
  readonly state: DemoState;
}

/** The tenant with everything in it but schedules; sign-in and state are stored. */
export async function setUp(world: World, store: StateStore, options: SetUpOptions): Promise<Tenant> {
  const { centre, consoleUrl } = options;
  const signIn = (await knownSignIn(world, store, consoleUrl)) ?? (await createTenant(world, store, options));
  const api = consoleApi(world, consoleUrl, signIn.token);
  let state = await store.readState();
  if (!state) {
    state = firstState(centre, world.clock.now(), options.historyDays);
    await store.writeState(state);
  }
  if (state.centreVersion !== centreVersion) {
    await configure(api, centre, state.historyFrom);
    state = { ...state, centreVersion };
    await store.writeState(state);
    world.print(describe(centre));
  }
  for (const { id } of centre.integrations) {
    if (state.urlTokens[id] !== undefined) continue;
    state = { ...state, urlTokens: { ...state.urlTokens, [id]: await createUrlToken(api, id) } };
    await store.writeState(state);
  }
  return { signIn, api, state };
}

/** The tenant of an earlier start, if the console still knows it. */
async function knownSignIn(world: World, store: StateStore, consoleUrl: string): Promise<SignIn | null> {
  const signIn = await store.readSignIn();
  if (!signIn) return null;
  const { status } = await consoleApi(world, consoleUrl, signIn.token).call(
    'GET',
    '/settings',
    undefined,
    [401],
  );
  if (status !== 401) return signIn;
  world.print(`The console does not know the token of tenant ${signIn.tenantId} any more`);
  return null;
}

const mostTenants = 9;

/** `demo`, or `demo-2` and so on where somebody else holds the token of `demo`. */
async function createTenant(world: World, store: StateStore, options: SetUpOptions): Promise<SignIn> {
  const { centre, consoleUrl, operatorToken } = options;
  const operator = consoleApi(world, consoleUrl, operatorToken);
  await store.forget();
  for (let number = 1; number <= mostTenants; number++) {
    const tenantId = number === 1 ? 'demo' : `demo-${number}`;
    const json = { id: tenantId, name: centre.name, timeZone: centre.timeZone };
    const { status, value } = await operator.call('POST', '/tenants', { json }, [409]);
    if (status === 409) continue;
    const signIn = { tenantId, token: (value as { token: string }).token };
    await store.writeSignIn(signIn);
    world.print(`Tenant ${tenantId} created`);
    return signIn;
  }
  throw new Error(
    `The tenants demo to demo-${mostTenants} exist, but their sign-in.json is lost: restore it, or start with an empty data directory`,
  );
}

function firstState(centre: Centre, now: Instant, historyDays: number): DemoState {
  const today = localDateOf(centre.timeZone, now);
  const historyFrom = dayStart(centre.timeZone, addDays(today, -historyDays));
  return {
    centreVersion: 0,
    historyFrom,
    schedulesUntil: null,
    urlTokens: {},
    // The shifts that run into the history are told from their start.
    postedUntil: historyFrom - 10 * 60 * 60_000,
  };
}

async function configure(api: ConsoleApi, centre: Centre, historyFrom: Instant): Promise<void> {
  const put = (path: string, json: unknown) => api.call('PUT', path, { json });
  await inParallel(centre.planningUnits, ({ id, ...unit }) => put(`/planning-units/${id}`, unit));
  await inParallel(centre.activities, ({ id, ...activity }) => put(`/activities/${id}`, activity));
  for (const { id, name, timeZone, feedGapSeconds } of centre.integrations) {
    const contact = { name: 'Helios service desk', email: 'service.desk@helios.example' };
    await put(`/integrations/${id}`, { name, timeZone, contact, breakDetail: null, feedGapSeconds });
    await inParallel(centre.statusMappings, (json) =>
      api.call('POST', `/integrations/${id}/status-mappings`, { json }),
    );
  }
  await put('/settings', centre.settings);
  await inParallel(peopleOf(centre), ({ id, name, team, planningUnitId, logins }) => {
    const validFrom = new Date(historyFrom).toISOString();
    const externalUsers = logins
      .filter(({ mapped }) => mapped)
      .map(({ integrationId, externalUserId }) => ({ integrationId, externalUserId, validFrom }));
    return put(`/people/${id}`, { name, team, planningUnitId, externalUsers });
  });
}

export const peopleOf = (centre: Centre): Agent[] => centre.agents.filter(({ isPerson }) => isPerson);

function describe(centre: Centre): string {
  const people = peopleOf(centre);
  const teams = new Set(people.map(({ team }) => team)).size;
  return `${people.length} people in ${teams} teams, ${centre.planningUnits.length} time zones, ${centre.integrations.length} integrations`;
}

const atOnce = 8;

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < items.length; from += atOnce) {
    await Promise.all(items.slice(from, from + atOnce).map(work));
  }
}

/** A token whose URL the demo alone knows. Where two are valid already, the oldest one makes room. */
export async function createUrlToken(api: ConsoleApi, integrationId: string): Promise<string> {
  const path = `/integrations/${integrationId}/url-tokens`;
  try {
    return tokenOf(await api.call('POST', path));
  } catch (error) {
    if (!(error instanceof ApiError) || (error.status !== 409 && error.status !== 422)) throw error;
    const { value } = await api.call('GET', path);
    const [oldest] = (value as { items: { id: string; createdAt: string }[] }).items.toSorted((a, b) =>
      a.createdAt < b.createdAt ? -1 : 1,
    );
    if (!oldest) throw error;
    await api.call('DELETE', `${path}/${oldest.id}`);
    return tokenOf(await api.call('POST', path));
  }
}

const tokenOf = ({ value }: { value: unknown }): string => (value as { token: string }).token;

/** Imports the shifts of the dates `[from, to)` that begin at an instant or later. */
export async function importSchedules(
  world: World,
  api: ConsoleApi,
  { centre, seed }: Pick<SetUpOptions, 'centre' | 'seed'>,
  from: string,
  to: string,
  begin: Instant,
): Promise<void> {
  let imported = 0;
  for (let date = from; date < to; date = addDays(date, daysPerImport)) {
    const end = addDays(date, daysPerImport);
    const csv = scheduleCsv(centre, seed, date, end < to ? end : to, begin);
    const { value } = await api.call('POST', '/schedules/import', { csv });
    const { accepted, rejected } = value as {
      accepted: number;
      rejected: { line: number; errors: unknown }[];
    };
    imported += accepted;
    if (rejected.length > 0) {
      const [first] = rejected;
      world.print(
        `${rejected.length} schedule lines were rejected, the first in line ${first!.line}: ${JSON.stringify(first!.errors)}`,
      );
    }
  }
  world.print(`Schedules of ${from} to ${addDays(to, -1)}: ${imported} lines imported`);
}

const daysPerImport = 5;

/** `personId,shiftDate,activityId,start,end`; days off have no lines. */
function scheduleCsv(centre: Centre, seed: string, from: string, to: string, begin: Instant): string {
  const lines = ['personId,shiftDate,activityId,start,end'];
  for (let date = from; date < to; date = addDays(date, 1)) {
    for (const person of peopleOf(centre)) {
      const { activities } = rosterOf(seed, person, date);
      if (activities.length > 0 && activities[0]!.start < begin) continue;
      for (const { activityId, start, end } of activities) {
        lines.push([person.id, date, activityId, iso(start), iso(end)].join(','));
      }
    }
  }
  return `${lines.join('\n')}\n`;
}

const iso = (at: Instant): string => new Date(at).toISOString();
