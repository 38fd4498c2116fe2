import { QueryCache, QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { Refusal } from './api.ts';
import { LogIn } from './pages/LogIn.tsx';
import { Waiting } from './parts/Waiting.tsx';
import { Broken, Missing } from './shell/Broken.tsx';
import { sessionQuery } from './shell/session.ts';
import { Shell } from './shell/Shell.tsx';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => count < 2 && !(error instanceof Refusal && error.status >= 400 && error.status < 500),
    },
  },
  queryCache: new QueryCache({
    onError(error, { queryKey }) {
      if (error instanceof Refusal && error.status === 401 && queryKey[0] !== 'session') askToLogIn();
    },
  }),
});

/** Filters that a page reads from its address; what it does not know, it drops. */
function filters<const Name extends string>(...names: Name[]) {
  return (given: Record<string, unknown>): { [Key in Name]?: string } => {
    const known = names.flatMap((name) => (typeof given[name] === 'string' && given[name] !== '' ? [[name, given[name]]] : []));
    return Object.fromEntries(known) as { [Key in Name]?: string };
  };
}

const root = createRootRouteWithContext<{ queries: QueryClient }>()({ notFoundComponent: Missing, errorComponent: Broken });

const logIn = createRoute({ getParentRoute: () => root, path: '/log-in', validateSearch: filters('from'), component: LogIn });

const letterPage = lazyRouteComponent(() => import('./pages/account/FollowLink.tsx'), 'FollowLink');
const signUp = createRoute({
  getParentRoute: () => root,
  path: '/sign-up',
  component: lazyRouteComponent(() => import('./pages/account/SignUp.tsx'), 'SignUp'),
});
const confirmSignUp = createRoute({ getParentRoute: () => root, path: '/sign-up/confirm', component: letterPage });
const invitation = createRoute({ getParentRoute: () => root, path: '/invitation', component: letterPage });
const reset = createRoute({
  getParentRoute: () => root,
  path: '/reset',
  component: lazyRouteComponent(() => import('./pages/account/AskReset.tsx'), 'AskReset'),
});
const confirmReset = createRoute({ getParentRoute: () => root, path: '/reset/confirm', component: letterPage });

/** Everything behind the log-in. Without a session it leads there, and back to where one wanted to go. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  errorComponent: Broken,
  async beforeLoad({ context, location }) {
    try {
      const session = await context.queries.ensureQueryData(sessionQuery);
      if (session.lacksFactor && location.pathname !== '/account') throw redirect({ to: '/account' });
      return { session };
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) throw redirect({ to: '/log-in', search: { from: location.href } });
      throw error;
    }
  },
});

const page = <const Path extends string>(path: Path) => ({ getParentRoute: () => inside, path });

/** What each comes for first: the day's work, the machine, the promises. */
const firstPages = [
  ['tasks.read', '/today'],
  ['system.read', '/system'],
  ['obligations.read', '/promises'],
  ['deletions.read', '/deletion'], // of a frozen account
] as const;

const index = createRoute({
  ...page('/'),
  beforeLoad: ({ context }) => {
    const known = firstPages.find(([action]) => context.session.may.includes(action));
    throw redirect({ to: known?.[1] ?? '/mailboxes' });
  },
});
const today = createRoute({
  ...page('/today'),
  validateSearch: filters('owner'),
  component: lazyRouteComponent(() => import('./pages/today/Today.tsx'), 'Today'),
});
const calls = createRoute({
  ...page('/calls'),
  component: lazyRouteComponent(() => import('./pages/calls/Calls.tsx'), 'Calls'),
});
const callingRules = createRoute({
  ...page('/calling-rules'),
  component: lazyRouteComponent(() => import('./pages/calling/CallingRules.tsx'), 'CallingRules'),
});
const doNotCall = createRoute({
  ...page('/do-not-call'),
  validateSearch: filters('search'),
  component: lazyRouteComponent(() => import('./pages/doNotCall/DoNotCall.tsx'), 'DoNotCall'),
});
const contacts = createRoute({
  ...page('/contacts'),
  validateSearch: filters('search', 'tag', 'listId', 'importId', 'sort'),
  component: lazyRouteComponent(() => import('./pages/contacts/Contacts.tsx'), 'Contacts'),
});
const importFile = createRoute({
  ...page('/contacts/import'),
  component: lazyRouteComponent(() => import('./pages/contacts/ImportFile.tsx'), 'ImportFile'),
});
const importPage = createRoute({
  ...page('/contacts/imports/$importId'),
  component: lazyRouteComponent(() => import('./pages/contacts/ImportPage.tsx'), 'ImportPage'),
});
const companies = createRoute({
  ...page('/companies'),
  validateSearch: filters('search', 'sort'),
  component: lazyRouteComponent(() => import('./pages/companies/Companies.tsx'), 'Companies'),
});
const company = createRoute({
  ...page('/companies/$companyId'),
  component: lazyRouteComponent(() => import('./pages/companies/CompanyPage.tsx'), 'CompanyPage'),
});
const lists = createRoute({
  ...page('/lists'),
  validateSearch: filters('search', 'sort'),
  component: lazyRouteComponent(() => import('./pages/lists/Lists.tsx'), 'Lists'),
});
const sequences = createRoute({
  ...page('/sequences'),
  validateSearch: filters('search', 'sort'),
  component: lazyRouteComponent(() => import('./pages/sequences/Sequences.tsx'), 'Sequences'),
});
const newSequence = createRoute({
  ...page('/sequences/new'),
  component: lazyRouteComponent(() => import('./pages/sequences/NewSequence.tsx'), 'NewSequence'),
});
const sequence = createRoute({
  ...page('/sequences/$sequenceId'),
  validateSearch: filters('version', 'contact'),
  component: lazyRouteComponent(() => import('./pages/sequences/SequencePage.tsx'), 'SequencePage'),
});
const launches = createRoute({
  ...page('/launches'),
  validateSearch: filters('search', 'state', 'sort'),
  component: lazyRouteComponent(() => import('./pages/launches/Launches.tsx'), 'Launches'),
});
const newLaunch = createRoute({
  ...page('/launches/new'),
  validateSearch: filters('sequence', 'list'),
  component: lazyRouteComponent(() => import('./pages/launches/NewLaunch.tsx'), 'NewLaunch'),
});
const launch = createRoute({
  ...page('/launches/$launchId'),
  validateSearch: filters('search', 'state', 'sort'),
  component: lazyRouteComponent(() => import('./pages/launches/LaunchPage.tsx'), 'LaunchPage'),
});
const launchReport = createRoute({
  ...page('/launches/$launchId/report'),
  component: lazyRouteComponent(() => import('./pages/reports/LaunchReport.tsx'), 'LaunchReport'),
});
const stepPeople = createRoute({
  ...page('/launches/$launchId/report/people'),
  validateSearch: filters('step', 'got', 'because', 'variant'),
  component: lazyRouteComponent(() => import('./pages/reports/StepPeople.tsx'), 'StepPeople'),
});
const rehearsals = createRoute({
  ...page('/rehearsals'),
  component: lazyRouteComponent(() => import('./pages/rehearsals/Rehearsals.tsx'), 'Rehearsals'),
});
const rehearsal = createRoute({
  ...page('/rehearsals/$rehearsalId'),
  validateSearch: filters('rep', 'mailbox', 'company', 'day', 'held'),
  component: lazyRouteComponent(() => import('./pages/rehearsals/RehearsalPage.tsx'), 'RehearsalPage'),
});
const reports = createRoute({
  ...page('/reports'),
  validateSearch: filters('from', 'to'),
  component: lazyRouteComponent(() => import('./pages/reports/Overview.tsx'), 'Overview'),
});
const person = createRoute({
  ...page('/people/$contactId'),
  component: lazyRouteComponent(() => import('./pages/people/PersonPage.tsx'), 'PersonPage'),
});
const mailboxes = createRoute({
  ...page('/mailboxes'),
  validateSearch: filters('search', 'sort'),
  component: lazyRouteComponent(() => import('./pages/mailboxes/Mailboxes.tsx'), 'Mailboxes'),
});
const newMailbox = createRoute({
  ...page('/mailboxes/new'),
  component: lazyRouteComponent(() => import('./pages/mailboxes/NewMailbox.tsx'), 'NewMailbox'),
});
const mailbox = createRoute({
  ...page('/mailboxes/$mailboxId'),
  component: lazyRouteComponent(() => import('./pages/mailboxes/MailboxPage.tsx'), 'MailboxPage'),
});
const editMailbox = createRoute({
  ...page('/mailboxes/$mailboxId/edit'),
  component: lazyRouteComponent(() => import('./pages/mailboxes/EditMailbox.tsx'), 'EditMailbox'),
});
const suppressions = createRoute({
  ...page('/suppressions'),
  validateSearch: filters('search', 'basis', 'sort'),
  component: lazyRouteComponent(() => import('./pages/suppressions/Suppressions.tsx'), 'Suppressions'),
});
const promises = createRoute({
  ...page('/promises'),
  component: lazyRouteComponent(() => import('./pages/promises/Promises.tsx'), 'Promises'),
});
const obligations = createRoute({
  ...page('/obligations'),
  validateSearch: filters('search', 'state', 'clause', 'day', 'sort', 'view', 'month'),
  component: lazyRouteComponent(() => import('./pages/obligations/Obligations.tsx'), 'Obligations'),
});

const breaches = createRoute({
  ...page('/breaches'),
  component: lazyRouteComponent(() => import('./pages/breaches/Breaches.tsx'), 'Breaches'),
});
const newBreach = createRoute({
  ...page('/breaches/new'),
  component: lazyRouteComponent(() => import('./pages/breaches/NewBreach.tsx'), 'NewBreach'),
});
const breach = createRoute({
  ...page('/breaches/$incidentId'),
  component: lazyRouteComponent(() => import('./pages/breaches/BreachPage.tsx'), 'BreachPage'),
});
const deletion = createRoute({
  ...page('/deletion'),
  component: lazyRouteComponent(() => import('./pages/deletion/Deletion.tsx'), 'Deletion'),
});
const legalHolds = createRoute({
  ...page('/legal-holds'),
  component: lazyRouteComponent(() => import('./pages/holds/LegalHolds.tsx'), 'LegalHolds'),
});
const breachSettings = createRoute({
  ...page('/breaches/settings'),
  component: lazyRouteComponent(() => import('./pages/breaches/BreachSettings.tsx'), 'BreachSettings'),
});
const drillScore = createRoute({
  ...page('/breaches/$incidentId/score'),
  component: lazyRouteComponent(() => import('./pages/breaches/DrillScore.tsx'), 'DrillScore'),
});
const caughtMail = createRoute({
  ...page('/caught-mail'),
  component: lazyRouteComponent(() => import('./pages/caught/CaughtMail.tsx'), 'CaughtMail'),
});
const caughtMessage = createRoute({
  ...page('/caught-mail/$messageId'),
  component: lazyRouteComponent(() => import('./pages/caught/CaughtMessage.tsx'), 'CaughtMessage'),
});
const auditLog = createRoute({
  ...page('/audit-log'),
  validateSearch: filters('search', 'userId', 'via'),
  component: lazyRouteComponent(() => import('./pages/audit/AuditLog.tsx'), 'AuditLog'),
});
const abuse = createRoute({
  ...page('/abuse'),
  component: lazyRouteComponent(() => import('./pages/abuse/AbuseCases.tsx'), 'AbuseCases'),
});
const abuseCase = createRoute({
  ...page('/abuse/$caseId'),
  component: lazyRouteComponent(() => import('./pages/abuse/AbuseCasePage.tsx'), 'AbuseCasePage'),
});
const auditor = createRoute({
  ...page('/auditor'),
  component: lazyRouteComponent(() => import('./pages/auditor/Auditor.tsx'), 'Auditor'),
});
const backups = createRoute({
  ...page('/backups'),
  component: lazyRouteComponent(() => import('./pages/backups/Backups.tsx'), 'Backups'),
});
const system = createRoute({
  ...page('/system'),
  component: lazyRouteComponent(() => import('./pages/system/System.tsx'), 'System'),
});
const lawTables = createRoute({
  ...page('/law-tables'),
  validateSearch: filters('search', 'table', 'state'),
  component: lazyRouteComponent(() => import('./pages/law/LawTables.tsx'), 'LawTables'),
});
const billing = createRoute({
  ...page('/billing'),
  component: lazyRouteComponent(() => import('./pages/billing/Billing.tsx'), 'Billing'),
});
const dataMap = createRoute({
  ...page('/data-map'),
  component: lazyRouteComponent(() => import('./pages/data/DataMap.tsx'), 'DataMap'),
});
const exports = createRoute({
  ...page('/exports'),
  component: lazyRouteComponent(() => import('./pages/exports/Exports.tsx'), 'Exports'),
});
const settings = createRoute({
  ...page('/settings'),
  component: lazyRouteComponent(() => import('./pages/settings/Settings.tsx'), 'Settings'),
});

const users = createRoute({
  ...page('/users'),
  validateSearch: filters('search'),
  component: lazyRouteComponent(() => import('./pages/users/Users.tsx'), 'Users'),
});
const usage = createRoute({
  ...page('/usage'),
  validateSearch: filters('userId', 'kind'),
  component: lazyRouteComponent(() => import('./pages/usage/Usage.tsx'), 'Usage'),
});
const account = createRoute({
  ...page('/account'),
  component: lazyRouteComponent(() => import('./pages/account/AccountPage.tsx'), 'AccountPage'),
});
const confirmEmail = createRoute({
  ...page('/account/email'),
  component: lazyRouteComponent(() => import('./pages/account/ConfirmEmail.tsx'), 'ConfirmEmail'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    logIn,
    signUp,
    confirmSignUp,
    invitation,
    reset,
    confirmReset,
    inside.addChildren([
      index,
      today,
      calls,
      callingRules,
      doNotCall,
      contacts,
      importFile,
      importPage,
      companies,
      company,
      lists,
      sequences,
      newSequence,
      sequence,
      launches,
      newLaunch,
      launch,
      launchReport,
      stepPeople,
      rehearsals,
      rehearsal,
      reports,
      person,
      mailboxes,
      newMailbox,
      mailbox,
      editMailbox,
      suppressions,
      promises,
      obligations,
      breaches,
      newBreach,
      breach,
      breachSettings,
      drillScore,
      deletion,
      legalHolds,
      caughtMail,
      caughtMessage,
      auditLog,
      abuse,
      abuseCase,
      auditor,
      backups,
      lawTables,
      exports,
      dataMap,
      billing,
      system,
      settings,
      users,
      usage,
      account,
      confirmEmail,
    ]),
  ]),
  context: { queries: queryClient },
  defaultPreload: 'intent',
  defaultPendingComponent: () => <Waiting />,
  defaultErrorComponent: Broken,
  // Addresses stay readable: plain text, not JSON.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch(given) {
    const known = Object.entries(given).filter(([, value]) => value !== undefined && value !== '');
    const text = new URLSearchParams(known.map(([name, value]) => [name, String(value)])).toString();
    return text && `?${text}`;
  },
});

function askToLogIn(): void {
  queryClient.removeQueries({ queryKey: ['session'] });
  void router.navigate({ to: '/log-in', search: { from: router.state.location.href } });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
