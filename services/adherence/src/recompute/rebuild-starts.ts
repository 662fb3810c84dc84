/** Where people are to be computed from again. */
import { addDays } from '@adherence/domain/calendar.ts';
import { userKey } from '@adherence/domain/compute/actual.ts';
import { dateOf, dateStart } from '@adherence/domain/configuration/person-calendar.ts';
import { policyReachMs } from '@adherence/domain/configuration/person-configuration.ts';
import type { Instant } from '@adherence/domain/model.ts';
import { loadFirstFacts, loadFirstShiftDates, loadStoredResults } from '@adherence/store/load.ts';
import { windowStartAt } from '../domain/person.ts';
import { configurationOf, type Owner, retentionMsOf } from '../owner.ts';
import type { Rebuild } from '../partition.ts';

/**
 * By person: as asked and as far before as the missing-logout policy reaches, not before its first input nor before
 * what is kept; the window in memory at least, since that is replaced as a whole.
 */
export async function rebuildStarts(
  owner: Owner,
  tenantId: string,
  rebuilds: readonly Pick<Rebuild, 'personId' | 'from'>[],
): Promise<Map<string, Instant>> {
  const now = owner.clock.now();
  const kept = now - retentionMsOf(owner, tenantId);
  const firsts = await firstDaysOf(
    owner,
    tenantId,
    rebuilds.filter(({ from }) => from <= kept).map(({ personId }) => personId),
  );
  const starts = new Map<string, Instant>();
  for (const { personId, from } of rebuilds) {
    const known = configurationOf(owner, tenantId, personId);
    if (!known) continue;
    const asked = Math.max(from, kept, firsts.get(personId) ?? kept);
    starts.set(
      personId,
      Math.min(asked - policyReachMs(known.rules), windowStartAt(known.calendar, now), now),
    );
  }
  return starts;
}

/** Start of the first day of each person that has any input, or any row of inputs that were there once. */
async function firstDaysOf(
  owner: Owner,
  tenantId: string,
  personIds: readonly string[],
): Promise<Map<string, Instant>> {
  const firstDays = new Map<string, Instant>();
  if (personIds.length === 0) return firstDays;
  const users = personIds.flatMap((id) => configurationOf(owner, tenantId, id)?.externalUsers ?? []);
  const [firstFacts, firstDates, stored] = await Promise.all([
    loadFirstFacts(owner.db, tenantId, users),
    loadFirstShiftDates(owner.db, tenantId, personIds),
    loadStoredResults(owner.db, tenantId, personIds),
  ]);
  for (const personId of personIds) {
    const known = configurationOf(owner, tenantId, personId);
    if (!known) continue;
    const { calendar, externalUsers } = known;
    const firstDate = firstDates.get(personId);
    const firstRow = stored.get(personId)?.firstDay;
    const facts = externalUsers.flatMap(
      ({ integrationId, externalUserId }) => firstFacts.get(userKey(integrationId, externalUserId)) ?? [],
    );
    firstDays.set(
      personId,
      Math.min(
        owner.clock.now(),
        ...facts.map((at) => dateStart(calendar, dateOf(calendar, at))),
        ...(firstDate ? [dateStart(calendar, addDays(firstDate, -1))] : []),
        ...(firstRow ? [dateStart(calendar, firstRow)] : []),
      ),
    );
  }
  return firstDays;
}
