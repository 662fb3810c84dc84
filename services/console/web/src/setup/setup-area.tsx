import '../styles/setup.css';
import type { JSX } from 'preact';
import { t } from '../i18n/translate.ts';
import { matchPath, place } from '../router.ts';
import { ActivitiesScreen } from './entity/activities-screen.tsx';
import { ClosedPeriodsScreen } from './entity/closed-periods-screen.tsx';
import { ExceptionsScreen } from './entity/exceptions-screen.tsx';
import { IntegrationsScreen } from './entity/integrations-screen.tsx';
import { PeopleScreen } from './entity/people-screen.tsx';
import { PlanningUnitsScreen } from './entity/planning-units-screen.tsx';
import { ScreenHead } from './frame/screen-head.tsx';
import { SetupNav } from './frame/setup-nav.tsx';
import { IntegrationGuide } from './guide/integration-guide.tsx';
import { NewIntegrationScreen } from './guide/new-integration-screen.tsx';
import { ChangesScreen } from './operate/changes-screen.tsx';
import { ErasuresScreen } from './operate/erasures-screen.tsx';
import { RecomputationsScreen } from './operate/recomputations-screen.tsx';
import { RejectedScreen } from './operate/rejected-screen.tsx';
import { TokensScreen } from './operate/tokens-screen.tsx';
import { OverviewScreen } from './overview-screen.tsx';
import { ImportsScreen } from './people/imports-screen.tsx';
import { SchedulesScreen } from './people/schedules-screen.tsx';
import { UsersScreen } from './people/users-screen.tsx';
import { MatchesScreen } from './rules/matches-screen.tsx';
import { SettingsScreen } from './rules/settings-screen.tsx';
import { StatusesScreen } from './statuses/statuses-screen.tsx';

const screens: Readonly<Record<string, () => JSX.Element>> = {
  '/setup': OverviewScreen,
  '/setup/integrations': IntegrationsScreen,
  '/setup/integrations/new': NewIntegrationScreen,
  '/setup/users': UsersScreen,
  '/setup/statuses': StatusesScreen,
  '/setup/people': PeopleScreen,
  '/setup/schedules': SchedulesScreen,
  '/setup/imports': ImportsScreen,
  '/setup/activities': ActivitiesScreen,
  '/setup/planning-units': PlanningUnitsScreen,
  '/setup/matches': MatchesScreen,
  '/setup/settings': SettingsScreen,
  '/setup/exceptions': ExceptionsScreen,
  '/setup/closed-periods': ClosedPeriodsScreen,
  '/setup/tokens': TokensScreen,
  '/setup/changes': ChangesScreen,
  '/setup/rejected': RejectedScreen,
  '/setup/recomputations': RecomputationsScreen,
  '/setup/erasures': ErasuresScreen,
};

/** Everything under /setup. */
export function SetupArea() {
  const { path } = place.value;
  return (
    <div class="setup">
      <SetupNav />
      <section class="page setup-page">
        <SetupScreen path={path} key={path} />
      </section>
    </div>
  );
}

function SetupScreen({ path }: { readonly path: string }) {
  const Screen = screens[path];
  if (Screen) return <Screen />;
  const integration = matchPath('/setup/integrations/:id', path);
  if (integration) return <IntegrationGuide id={integration.id!} />;
  return (
    <>
      <ScreenHead title={t('app.notFound')} />
      <p>
        <a href="/setup">{t('setup.toOverview')}</a>
      </p>
    </>
  );
}
