import type { State } from '@adherence/domain/model.ts';
import type { Category } from '../board/summary.ts';
import { type MessageKey, t } from '../i18n/translate.ts';

const names: Readonly<Record<Category, MessageKey>> = {
  inAdherence: 'state.IN_ADHERENCE',
  inBuffer: 'state.inBuffer',
  notPresent: 'state.NOT_PRESENT',
  wrongActivity: 'state.WRONG_ACTIVITY',
  notScheduled: 'state.NOT_SCHEDULED',
  noData: 'state.NO_DATA',
  excluded: 'state.EXCLUDED',
};

export const categoryName = (category: Category): string => t(names[category]);

export const stateName = (state: State | null): string => t(state === null ? 'state.none' : `state.${state}`);
