/** Every screen by its address, and what stands there once it is loaded. */
export interface ScreenAddress {
  readonly name: string;
  readonly path: string;
  readonly ready: string;
}

const list = '.data-table';

/** What people look at all day: `day` is a date with data. */
export const resultScreens = (day: string): readonly ScreenAddress[] => [
  { name: 'board', path: '/board', ready: '.board-table' },
  { name: 'board-wall', path: '/board?wall=1', ready: '.wall-person' },
  { name: 'person-day', path: `/people/anna-keller/day?date=${day}&why=1`, ready: '.why ol' },
  { name: 'intraday', path: `/team-day?date=${day}`, ready: '.curve canvas' },
  { name: 'history-days', path: '/history?vs=previous', ready: '.page:has(.metric.lead) .heat canvas' },
  {
    name: 'history-ranking',
    path: '/history?view=ranking&vs=previous',
    ready: '.page:has(.metric.lead) .ranking',
  },
  {
    name: 'history-distribution',
    path: '/history?view=distribution',
    ready: '.page:has(.metric.lead) .bins',
  },
  { name: 'history-what-if', path: '/history?view=whatIf', ready: '.page:has(.metric.lead) .match-rules' },
  { name: 'reports', path: '/reports', ready: '.report' },
];

export const setupScreens: readonly ScreenAddress[] = [
  { name: 'setup', path: '/setup', ready: '.counters' },
  { name: 'integrations', path: '/setup/integrations', ready: list },
  { name: 'integration-new', path: '/setup/integrations/new', ready: '.form' },
  { name: 'integration-guide', path: '/setup/integrations/odigo-emea', ready: '.guide' },
  { name: 'integration-waiting', path: '/setup/integrations/odigo-americas', ready: '.guide' },
  { name: 'users', path: '/setup/users?integration=odigo-emea', ready: list },
  { name: 'statuses', path: '/setup/statuses?integration=odigo-emea', ready: list },
  { name: 'people', path: '/setup/people', ready: list },
  { name: 'person-edit', path: '/setup/people?edit=anna-keller', ready: 'dialog .form' },
  { name: 'schedules', path: '/setup/schedules', ready: list },
  { name: 'imports', path: '/setup/imports', ready: '.form-panel' },
  { name: 'activities', path: '/setup/activities', ready: list },
  { name: 'activity-new', path: '/setup/activities?new=1', ready: 'dialog .form' },
  { name: 'planning-units', path: '/setup/planning-units', ready: list },
  { name: 'planning-unit-edit', path: '/setup/planning-units?edit=lyon', ready: 'dialog .form' },
  { name: 'matches', path: '/setup/matches', ready: '.form' },
  { name: 'settings', path: '/setup/settings', ready: '.form' },
  { name: 'exceptions', path: '/setup/exceptions', ready: list },
  { name: 'exception-new', path: '/setup/exceptions?new=1', ready: 'dialog .form' },
  { name: 'closed-periods', path: '/setup/closed-periods', ready: '.list-table' },
  { name: 'closed-period-new', path: '/setup/closed-periods?new=1', ready: 'dialog .form' },
  { name: 'erasures', path: '/setup/erasures', ready: '.list-table' },
  { name: 'tokens', path: '/setup/tokens', ready: list },
  { name: 'changes', path: '/setup/changes', ready: list },
  { name: 'rejected', path: '/setup/rejected', ready: list },
  { name: 'recomputations', path: '/setup/recomputations', ready: list },
];
