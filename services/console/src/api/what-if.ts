import { noAmounts } from '@adherence/domain/compute/cells.ts';
import { idSchema } from '@adherence/domain/configuration/entities.ts';
import type { Amounts } from '@adherence/domain/model.ts';
import { z } from 'zod';
import type { Environment } from '../environment.ts';
import { instantText, instantView, isoText } from '../http/instant.ts';
import { invalid } from '../http/problem.ts';
import { json, type Route, route } from '../http/route.ts';
import {
  addAmounts,
  amountKeys,
  amountsView,
  type MutableAmounts,
  viewOfAmounts,
} from '../results/amounts.ts';
import { type Compared, comparePeople, requireComputable } from '../results/computed.ts';
import { byGroupKey, groupsOf } from '../results/groups.ts';
import { hypothesisFields, suppose } from '../results/hypothesis.ts';
import { askSignal } from '../results/known-tables.ts';
import { selectionQuery, selectPeople } from '../results/selection.ts';
import { readingRoles } from './document-routes.ts';

const { personId: _, ...filters } = selectionQuery;
const whatIfBody = z
  .strictObject({
    from: instantText,
    to: instantText,
    ...hypothesisFields,
    personIds: z.array(idSchema).min(1).max(10_000).optional(),
    ...filters,
  })
  .refine(({ from, to }) => from < to, { path: ['to'], message: 'must be after from' })
  .refine(({ settings, matches, statusMappings }) => settings || matches || statusMappings?.length, {
    message: 'must give settings, matches or statusMappings',
  });

const differenceView = z.object({
  before: z.object(amountsView),
  after: z.object(amountsView),
  delta: z.object(amountsView).meta({ description: 'after - before; a ratio that either lacks is null' }),
});
const whatIfView = z.object({
  asOf: instantView,
  from: instantView,
  to: instantView,
  total: differenceView,
  teams: z.array(differenceView.extend({ team: z.string().nullable() })),
  people: z.array(
    differenceView.extend({ personId: z.string(), name: z.string(), team: z.string().nullable() }),
  ),
});

/** What other settings, matches or mappings would have made of a range; nothing of it is stored. */
export const whatIfRoutes = (env: Environment): Route[] => [
  route({
    method: 'post',
    path: '/what-if',
    tag: 'results',
    summary: 'What other settings, matches or mappings would make of a range, by team and person',
    access: readingRoles,
    teams: 'narrowed',
    body: whatIfBody,
    answers: {
      200: { description: 'Teams and people of whom anything counts, before and after', schema: whatIfView },
      503: { description: 'Too much is being computed; see Retry-After' },
    },
    handle: async ({ tenant, body, signal, now }) => {
      const { from, to, settings, matches, statusMappings, personIds, ...filter } = body;
      const range = { from, to };
      const people = groupsOf('person', selectPeople(tenant, { ...filter, personId: personIds }), tenant);
      requireComputable(people.length, range, env.config.calculationMaxPersonDays);
      const supposed = suppose(tenant, { settings, matches, statusMappings }, now);
      if (!supposed.ok) throw invalid(...supposed.faults);
      const compared = await env.calculator.ask(tenant.tenantId, askSignal(env, signal), (run) =>
        comparePeople(run, tenant, people, range, now, [tenant.rules, supposed.rules]),
      );
      const counting = compared.filter(({ before, after }) => counts(before) || counts(after));
      const documentOf = ({ personId }: Compared) => tenant.people.get(personId)!.document;
      const byTeam = Map.groupBy(counting, (person) => documentOf(person).team);
      return json(200, {
        asOf: isoText(now),
        from: isoText(from),
        to: isoText(to),
        total: differenceOf(counting),
        teams: [...byTeam]
          .sort(([a], [b]) => byGroupKey({ key: a }, { key: b }))
          .map(([team, members]) => ({ team, ...differenceOf(members) })),
        people: counting.map((person) => {
          const { name, team } = documentOf(person);
          return { personId: person.personId, name, team, ...differenceOf([person]) };
        }),
      });
    },
  }),
];

const counts = (amounts: Amounts): boolean => amountKeys.some((key) => amounts[key] !== 0);

type AmountsView = ReturnType<typeof viewOfAmounts>;

/** Ratios of a group are those of its sums (domain.md, "Metrics"). */
function differenceOf(people: readonly Compared[]): Record<'before' | 'after' | 'delta', AmountsView> {
  const before: MutableAmounts = { ...noAmounts };
  const after: MutableAmounts = { ...noAmounts };
  const delta: MutableAmounts = { ...noAmounts };
  for (const person of people) {
    addAmounts(before, person.before);
    addAmounts(after, person.after);
  }
  for (const key of amountKeys) delta[key] = after[key] - before[key];
  const views = { before: viewOfAmounts(before), after: viewOfAmounts(after) };
  const ratio = (name: 'adherence' | 'coverage' | 'conformance') =>
    views.before[name] === null || views.after[name] === null ? null : views.after[name] - views.before[name];
  return {
    ...views,
    delta: {
      ...viewOfAmounts(delta),
      adherence: ratio('adherence'),
      coverage: ratio('coverage'),
      conformance: ratio('conformance'),
    },
  };
}
