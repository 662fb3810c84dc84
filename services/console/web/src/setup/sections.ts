/** The screens of set-up, in groups, and who may open and change them. */
import type { Role } from '../api/types.ts';
import type { MessageKey } from '../i18n/translate.ts';
import { session } from '../session.ts';

export interface Section {
  readonly path: string;
  readonly title: MessageKey;
  /** Everybody who gets into set-up, unless given. */
  readonly roles?: readonly Role[];
}

export interface SectionGroup {
  readonly title: MessageKey;
  readonly sections: readonly Section[];
}

const admin: readonly Role[] = ['admin'];

export const sectionGroups: readonly SectionGroup[] = [
  {
    title: 'setup.group.connect',
    sections: [
      { path: '/setup', title: 'setup.overview' },
      { path: '/setup/integrations', title: 'setup.integrations' },
      { path: '/setup/users', title: 'setup.users' },
      { path: '/setup/statuses', title: 'setup.statuses' },
    ],
  },
  {
    title: 'setup.group.plan',
    sections: [
      { path: '/setup/people', title: 'setup.people' },
      { path: '/setup/schedules', title: 'setup.schedules' },
      { path: '/setup/imports', title: 'setup.imports', roles: ['admin', 'planner'] },
      { path: '/setup/activities', title: 'setup.activities' },
      { path: '/setup/planning-units', title: 'setup.units' },
    ],
  },
  {
    title: 'setup.group.rules',
    sections: [
      { path: '/setup/matches', title: 'setup.matches' },
      { path: '/setup/settings', title: 'setup.settings' },
      { path: '/setup/exceptions', title: 'setup.exceptions' },
      { path: '/setup/closed-periods', title: 'setup.periods' },
    ],
  },
  {
    title: 'setup.group.operate',
    sections: [
      { path: '/setup/tokens', title: 'setup.tokens', roles: admin },
      { path: '/setup/changes', title: 'setup.changes' },
      { path: '/setup/rejected', title: 'setup.rejectedTitle', roles: admin },
      { path: '/setup/recomputations', title: 'setup.recomputations' },
      { path: '/setup/erasures', title: 'setup.erasures', roles: admin },
    ],
  },
];

export function roleNow(): Role {
  const state = session.value;
  return state.kind === 'signedIn' ? state.session.role : 'viewer';
}

export const isAdmin = (): boolean => roleNow() === 'admin';
/** People, schedules, mappings and exceptions. */
export const mayPlan = (): boolean => roleNow() === 'admin' || roleNow() === 'planner';
