import { TableScroll } from '../components/table-scroll.tsx';
import { amountText, percentText } from '../format/amount.ts';
import { t } from '../i18n/translate.ts';
import { Change } from './comparison.tsx';
import { type Difference, moved, type WhatIf } from './what-if.ts';

const shownPeople = 100;

/** Before and after, of all, of the teams, and of whom it moves. */
export function WhatIfResult({ result: { total, teams, people } }: { readonly result: WhatIf }) {
  const movedPeople = moved(people);
  return (
    <section class="people" aria-labelledby="what-if-result">
      <h3 id="what-if-result">{t('whatIf.result')}</h3>
      <div class="effect">
        <p>
          {t('whatIf.total', {
            before: percentText(total.before.adherence, 2),
            after: percentText(total.after.adherence, 2),
          })}{' '}
          <Change now={total.after.adherence} before={total.before.adherence} />
        </p>
        <p>
          {t('whatIf.out', {
            before: amountText(outMs(total.before)),
            after: amountText(outMs(total.after)),
          })}
        </p>
        <p>{t('whatIf.moved', { n: movedPeople.length, total: people.length })}</p>
      </div>
      {teams.length > 1 && (
        <DifferenceTable
          title={t('ranking.by.team')}
          rows={teams.map(({ team, ...row }) => ({ ...row, name: team ?? t('board.noTeam') }))}
        />
      )}
      {movedPeople.length > 0 && (
        <DifferenceTable title={t('ranking.by.person')} rows={movedPeople.slice(0, shownPeople)} />
      )}
      {movedPeople.length > shownPeople && (
        <p class="hint">{t('whatIf.first', { n: String(shownPeople) })}</p>
      )}
    </section>
  );
}

const outMs = ({ notPresentMs, wrongActivityMs }: Difference['before']): number =>
  notPresentMs + wrongActivityMs;

function DifferenceTable(props: {
  readonly title: string;
  readonly rows: readonly (Difference & { readonly name: string; readonly personId?: string })[];
}) {
  return (
    <TableScroll label={props.title}>
      <table class="data-table">
        <thead>
          <tr>
            <th scope="col">{props.title}</th>
            <th scope="col" class="number">
              {t('whatIf.before')}
            </th>
            <th scope="col" class="number">
              {t('whatIf.after')}
            </th>
            <th scope="col" class="number">
              {t('ranking.change')}
            </th>
            <th scope="col" class="number">
              {t('whatIf.outBefore')}
            </th>
            <th scope="col" class="number">
              {t('whatIf.outAfter')}
            </th>
          </tr>
        </thead>
        <tbody>
          {props.rows.map(({ name, personId = name, before, after }) => (
            <tr key={personId}>
              <th scope="row">{name}</th>
              <td class="number">{percentText(before.adherence)}</td>
              <td class="number">{percentText(after.adherence)}</td>
              <td class="number">
                <Change now={after.adherence} before={before.adherence} />
              </td>
              <td class="number">{amountText(outMs(before))}</td>
              <td class="number">{amountText(outMs(after))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
