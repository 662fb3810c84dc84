/** How far an integration is: what is done, what comes next. Pure. */
import type { MappedStatus, UnknownUser, UrlToken } from '../../api/setup-types.ts';
import type { IntegrationHealth } from '../../api/types.ts';

export const guideSteps = ['connection', 'token', 'notification', 'users', 'statuses', 'board'] as const;
export type GuideStep = (typeof guideSteps)[number];

export interface GuideState {
  readonly health: IntegrationHealth;
  /** null when this role may not see them. */
  readonly tokens: readonly UrlToken[] | null;
  readonly users: readonly UnknownUser[];
  readonly statuses: readonly MappedStatus[];
  /** People who have a user of this integration. */
  readonly mappedPeople: number;
  /** Of them, those on the board now. */
  readonly onBoard: number;
}

/** `done`: nothing is missing; `now`: the first that is not; `later`: it can be done already, but is not its turn. */
export type StepState = 'done' | 'now' | 'later';

export function stepStates(state: GuideState): Readonly<Record<GuideStep, StepState>> {
  const done = doneSteps(state);
  const next = guideSteps.find((step) => !done[step]);
  const stateOf = (step: GuideStep): StepState => (done[step] ? 'done' : step === next ? 'now' : 'later');
  return Object.fromEntries(guideSteps.map((step) => [step, stateOf(step)])) as Record<GuideStep, StepState>;
}

function doneSteps(state: GuideState): Readonly<Record<GuideStep, boolean>> {
  const { health, tokens, users, statuses, mappedPeople, onBoard } = state;
  const heard = health.lastNotificationAt !== null;
  return {
    connection: true,
    // Whoever may not see the tokens knows of one by what came in with it.
    token: tokens === null ? heard : tokens.length > 0,
    notification: heard,
    users: users.length === 0 && mappedPeople > 0,
    statuses: heard && statuses.every(({ activityId }) => activityId !== null),
    board: onBoard > 0,
  };
}

/** What is still mapped as if there were no break types, while they are imported. */
export const toRevisit = (statuses: readonly MappedStatus[]): readonly MappedStatus[] =>
  statuses.filter(({ revisit }) => revisit === true);
