/** How people, teams and units are called in tables; who is no longer there keeps the id. */
import { directory } from '../directory.ts';
import { t } from '../i18n/translate.ts';
import type { Grouping } from './history-query.ts';

interface Named {
  readonly name: string;
  readonly team: string | null;
  readonly planningUnitId: string | null;
}

export function nameOfPerson(personId: string): Named {
  const person = directory.value.people?.get(personId);
  return {
    name: person?.name ?? personId,
    team: person?.team ?? null,
    planningUnitId: person?.planningUnitId ?? null,
  };
}

export function nameOfGroup(grouping: Grouping): (key: string) => Named {
  switch (grouping) {
    case 'person':
      return nameOfPerson;
    case 'team':
      return (key) => ({ name: key === '' ? t('board.noTeam') : key, team: null, planningUnitId: null });
    case 'planningUnit':
      return (key) => ({
        name: directory.value.units.get(key)?.name ?? key,
        team: null,
        planningUnitId: key,
      });
  }
}
