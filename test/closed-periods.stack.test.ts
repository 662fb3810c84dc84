/** A pay period through the services: closed, contradicted, opened; and the numbers that changed, explained. */
import { addDays, isoDate } from '@adherence/domain/calendar.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTenant, type TestTenant } from './tenant.ts';
import { startWholeProduct, type WholeProduct } from './whole-product.ts';

const hour = 3_600_000;
/** The week before last: over, and out of every owner's memory. */
const days = Array.from({ length: 5 }, (_, i) => addDays(isoDate(Date.now()), i - 14));
const [monday, tuesday, wednesday] = days as [string, string, string];
const last = days.at(-1)!;
const at = (day: string, hours: number) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + hours * hour).toISOString();

let product: WholeProduct;
let tenant: TestTenant;
beforeAll(async () => {
  product = await startWholeProduct();
  tenant = await createTenant(product, 'payroll', 'UTC');
  await tenant.call('PUT', '/integrations/odigo', {
    name: 'Odigo',
    timeZone: 'UTC',
    contact: { name: 'Operations', email: 'operations@centre.example' },
    breakDetail: null,
    feedGapSeconds: null,
  });
  await tenant.call('PUT', '/planning-units/care', { name: 'Care', timeZone: 'UTC' });
  for (const id of ['ann', 'bob']) {
    const externalUsers = [{ integrationId: 'odigo', externalUserId: id }];
    const planningUnitId = id === 'ann' ? 'care' : 'default';
    await tenant.call('PUT', `/people/${id}`, { name: id, team: 'blue', planningUnitId, externalUsers });
    for (const day of days) {
      const activities = [{ activityId: 'present', start: at(day, 9), end: at(day, 17) }];
      await tenant.call('PUT', `/schedules/${id}/${day}`, { activities });
    }
  }
  await notify(
    ['ann', 'bob'].flatMap((agentId) =>
      days.flatMap((day) => [
        { agentId, status: 'READY', occurredAt: at(day, 9) },
        { agentId, eventType: 'LOGOUT', occurredAt: at(day, 17) },
      ]),
    ),
  );
  await product.idle();
});
afterAll(() => product.stop());

const notify = (items: readonly object[]) =>
  tenant.notify('odigo', { headers: { 'content-type': 'application/json' }, body: JSON.stringify(items) });

interface Item {
  readonly personId: string;
  readonly inMs: number;
  readonly scheduledMs: number;
  readonly final: boolean;
  readonly closed: boolean;
}

const hoursOf = async (personId: string) => {
  const query = `from=${at(monday, 0)}&to=${at(addDays(last, 1), 0)}&granularity=day&personId=${personId}`;
  const { items } = (await tenant.call('GET', `/adherence?${query}`)) as { items: Item[] };
  return items.map(({ inMs, scheduledMs, closed }) => [inMs / hour, scheduledMs / hour, closed]);
};
const changes = async (query: string) => {
  const { items } = (await tenant.call('GET', `/result-changes?${query}`)) as { items: Change[] };
  return items.map(({ personId, day, causes, before, after }) => ({
    personId,
    day,
    causes: causes.map(({ reason }) => reason),
    hours: [before.inMs / hour, after.inMs / hour],
  }));
};
interface Change {
  readonly personId: string;
  readonly day: string;
  readonly causes: readonly { reason: string; writtenBy: string | null; changeOffset: number | null }[];
  readonly before: { readonly inMs: number };
  readonly after: { readonly inMs: number };
}
const differences = async (id: string) =>
  (await tenant.call('GET', `/closed-periods/${id}/differences`)) as {
    items: Change[];
    frozen: number;
    people: number;
  };
const outage = (day: string) => ({ everyone: true, from: at(day, 9), to: at(day, 11), reason: 'Outage' });
const unitHours = async (planningUnitId: string) => {
  const query = `from=${at(monday, 0)}&to=${at(addDays(last, 1), 0)}&groupBy=planningUnit&planningUnitId=${planningUnitId}`;
  const { items } = (await tenant.call('GET', `/adherence?${query}`)) as { items: Item[] };
  return items.flatMap(({ inMs, closed }) => [inMs / hour, closed]);
};
const report = async (filter = '') =>
  (await tenant.text(`/reports/adherence.csv?from=${monday}&to=${last}${filter}`))
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',')[5]);

test('its numbers stand from then on, and what would change them is listed, until it is opened', async () => {
  const whole = Array.from({ length: 5 }, () => [8, 8, false]);
  expect(await hoursOf('ann')).toEqual(whole);
  // The week was told when it was over, which changed it too.
  const before = { ann: await changes('personId=ann'), bob: await changes('personId=bob') };
  const period = { planningUnitId: 'care', from: monday, to: last, note: 'paid' };
  expect(await tenant.call('PUT', '/closed-periods/week', period)).toMatchObject({ people: 1, note: 'paid' });
  await product.idle();
  expect(await differences('week')).toMatchObject({ items: [], frozen: 1, people: 1 });
  const closed = whole.map(([inside, scheduled]) => [inside, scheduled, true]);
  expect([await hoursOf('ann'), await hoursOf('bob')]).toEqual([closed, whole]);

  await tenant.call('PUT', '/exceptions/outage', outage(tuesday));
  await notify([{ agentId: 'ann', eventType: 'LOGOUT', occurredAt: at(wednesday, 13) }]);
  await tenant.call('PUT', '/people/ann', { name: 'Ann', team: 'red', externalUsers: [] });
  await product.idle();
  expect(await hoursOf('ann')).toEqual(closed);
  expect(await hoursOf('bob')).toEqual(whole.with(1, [6, 6, false]));
  expect(await report()).toEqual(['2400.00', '2280.00']);
  // She counts where she was when it was closed.
  expect([await unitHours('care'), await unitHours('default')]).toEqual([
    [40, true],
    [38, false],
  ]);
  expect(await report('&planningUnitId=care')).toEqual(['2400.00']);
  const { items } = await differences('week');
  expect(items.map(({ day }) => day).sort()).toEqual(days);
  expect(items.map(({ before, after }) => before.inMs - after.inMs)).toEqual(days.map(() => 8 * hour));
  expect(await changes('personId=ann')).toEqual(before.ann);
  expect((await changes('personId=bob')).slice(0, -before.bob.length)).toEqual([
    { personId: 'bob', day: tuesday, causes: ['exception'], hours: [2, 0] },
  ]);

  await tenant.call('PUT', '/people/ann', {
    name: 'Ann',
    externalUsers: [{ integrationId: 'odigo', externalUserId: 'ann' }],
  });
  await tenant.call('DELETE', '/closed-periods/week');
  await product.idle();
  expect(await hoursOf('ann')).toEqual(whole.with(1, [6, 6, false]).with(2, [4, 8, false]));
  const opened = (await changes('personId=ann')).slice(0, -before.ann.length);
  expect(opened.map(({ day, hours }) => [day, hours]).sort()).toEqual([
    [tuesday, [2, 0]],
    [wednesday, [4, 0]],
  ]);
});

test('who goes to a unit of another zone keeps what is closed, and has every hour once', async () => {
  await tenant.call('PUT', '/planning-units/paris', { name: 'Paris', timeZone: 'Europe/Paris' });
  await tenant.call('PUT', '/planning-units/new-york', { name: 'NY', timeZone: 'America/New_York' });
  const cleo = {
    name: 'Cleo',
    team: 'night',
    externalUsers: [{ integrationId: 'odigo', externalUserId: 'cleo' }],
  };
  await tenant.call('PUT', '/people/cleo', { ...cleo, planningUnitId: 'paris' });
  // Over both midnights.
  const [from, to] = [20, 32];
  for (const day of days) {
    const activities = [{ activityId: 'present', start: at(day, from), end: at(day, to) }];
    await tenant.call('PUT', `/schedules/cleo/${day}`, { activities });
  }
  await notify(
    days.flatMap((day) => [
      { agentId: 'cleo', status: 'READY', occurredAt: at(day, from + 1) },
      { agentId: 'cleo', eventType: 'LOGOUT', occurredAt: at(day, to) },
    ]),
  );
  await product.idle();
  const period = { planningUnitId: 'paris', from: tuesday, to: wednesday };
  await tenant.call('PUT', '/closed-periods/nights', period);
  await product.idle();
  const asked = async (query: Record<string, string>) => {
    const path = `/adherence?${new URLSearchParams({ team: 'night', ...query })}`;
    const { items } = (await tenant.call('GET', path)) as { items: Item[] };
    const known = `${path}&asKnownAt=${new Date().toISOString()}`;
    expect((await tenant.call('GET', known)) as object).toMatchObject({ items });
    return items;
  };
  const inHours = (items: readonly Item[]) => items.reduce((sum, { inMs }) => sum + inMs / hour, 0);
  const dated = (first: string, until: string, query = {}) => asked({ from: first, to: until, ...query });
  const stood = [await dated(tuesday, wednesday), await report('&team=night')];
  await tenant.call('PUT', '/people/cleo', { ...cleo, planningUnitId: 'new-york' });
  await product.idle();
  expect(await dated(tuesday, wednesday)).toEqual(stood[0]);
  expect(await report('&team=night')).toHaveLength(1);

  const [start, end] = [addDays(monday, -1), addDays(last, 2)];
  for (const groupBy of ['person', 'team', 'tenant']) {
    const whole = { from: at(start, 0), to: at(end, 0), groupBy };
    expect([groupBy, inHours(await asked(whole))]).toEqual([groupBy, 5 * 11]);
    for (const granularity of ['15m', 'day', 'total']) {
      const items = await dated(start, end, { groupBy, granularity });
      expect([groupBy, granularity, inHours(items)]).toEqual([groupBy, granularity, 5 * 11]);
    }
    const parts = [
      await dated(start, monday, { groupBy }),
      await dated(tuesday, wednesday, { groupBy }),
      await dated(addDays(wednesday, 1), end, { groupBy }),
    ];
    expect([groupBy, inHours(parts.flat())]).toEqual([groupBy, 5 * 11]);
  }
});

test('changes of the configuration lead to the numbers that they changed', async () => {
  const { items } = (await tenant.call('GET', '/changes?entity=exception')) as {
    items: { id: string; resultChanges: string }[];
  };
  const link = items.find(({ id }) => id === 'outage')!.resultChanges;
  // Ann's as well, by now that her period is open again.
  expect(await changes(link.split('?')[1]!)).toContainEqual(
    expect.objectContaining({ personId: 'bob', day: tuesday, causes: ['exception'] }),
  );
});

test('a period that is not final yet is refused with what is missing, unless it is forced', async () => {
  const yesterday = addDays(isoDate(Date.now()), -1);
  // Yesterday's shift may be found to have ended without a logout for a week to come.
  const week = 7 * 86_400;
  const missingLogout = { afterShiftEndSeconds: week, maxStatusSeconds: week };
  await tenant.call('PUT', '/settings', { missingLogout, validFrom: at(yesterday, 0) });
  const activities = [{ activityId: 'present', start: at(yesterday, 9), end: at(yesterday, 17) }];
  await tenant.call('PUT', `/schedules/bob/${yesterday}`, { activities });
  await notify([{ agentId: 'bob', status: 'READY', occurredAt: at(yesterday, 9) }]);
  await product.idle();
  const period = { planningUnitId: 'default', from: yesterday, to: yesterday };
  await expect(tenant.call('PUT', '/closed-periods/late', period)).rejects.toThrow(/409.*bob is final to/);
  await tenant.call('PUT', '/closed-periods/late', { ...period, forced: true });
  await expect(tenant.call('PUT', '/closed-periods/other', { ...period, forced: true })).rejects.toThrow(
    /409.*overlaps/,
  );
  const today = isoDate(Date.now());
  const open = { ...period, from: today, to: today, forced: true };
  await expect(tenant.call('PUT', '/closed-periods/open', open)).rejects.toThrow(/422.*must be over/);
});
