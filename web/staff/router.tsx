/** Every address of the staff application; filters live in the address, so that a view can be kept and shared. */
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { intakeStates } from '../../domain/intake/intake.ts';
import type { IntakeState } from '../../domain/intake/intake.ts';
import { meQuery } from './api/queries.ts';
import { ProblemError } from '../shared/api-client.ts';
import { NotFound, RouteError } from './frame/route-error.tsx';
import type { SeriesSearch } from './series/draft.ts';
import { writtenLanguages, type WrittenLanguage } from '../../domain/language.ts';

type Raw = Record<string, unknown>;
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
const oneOf = <const T extends string>(value: unknown, allowed: readonly T[]): T | undefined =>
  allowed.find((item) => item === value);

const root = createRootRouteWithContext<{ client: QueryClient }>()({
  notFoundComponent: NotFound,
  errorComponent: RouteError,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (raw: Raw): { back?: string | undefined; ended?: true | undefined } => ({
    back: text(raw['back']),
    ended: raw['ended'] === true ? true : undefined,
  }),
  component: lazyRouteComponent(() => import('./sign-in/sign-in-page.tsx'), 'SignInPage'),
});
const forgot = createRoute({
  getParentRoute: () => root,
  path: '/forgot-password',
  component: lazyRouteComponent(() => import('./sign-in/sign-in-page.tsx'), 'ForgotPage'),
});
const reset = createRoute({
  getParentRoute: () => root,
  path: '/reset/$token',
  component: lazyRouteComponent(() => import('./sign-in/set-password-page.tsx'), 'ResetPage'),
});
const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation/$token',
  component: lazyRouteComponent(() => import('./sign-in/set-password-page.tsx'), 'InvitationPage'),
});

const secondFactor = createRoute({
  getParentRoute: () => root,
  path: '/second-factor',
  component: lazyRouteComponent(() => import('./sign-in/second-factor-page.tsx'), 'SecondFactorPage'),
});

/** Everything below asks for a person; without one it leads to the door and back. */
const frame = createRoute({
  getParentRoute: () => root,
  id: 'frame',
  beforeLoad: async ({ context, location }) => {
    let mustEnrol = false;
    try {
      const me = await context.client.ensureQueryData(meQuery);
      mustEnrol = me.enrolmentOnly;
      if (me.kind === 'patient') window.location.assign('/portal');
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) {
        throw redirect({ to: '/sign-in', search: { back: location.href }, replace: true });
      }
      throw error;
    }
    if (mustEnrol) throw redirect({ to: '/second-factor', replace: true });
  },
  component: lazyRouteComponent(() => import('./frame/frame.tsx'), 'Frame'),
});

const home = createRoute({
  getParentRoute: () => frame,
  path: '/',
  beforeLoad: async ({ context }) => {
    const user = await context.client.ensureQueryData(meQuery);
    // Each role opens on its own work list.
    if (user.permissions.includes('schedule:read')) throw redirect({ to: '/today', search: {}, replace: true });
    if (user.permissions.includes('task:read')) throw redirect({ to: '/tasks', search: {}, replace: true });
    throw redirect({ to: '/admin/health', replace: true });
  },
});

export interface TodaySearch {
  readonly date?: string | undefined;
  readonly view?: 'grid' | 'list' | undefined;
  readonly practitioner?: string | undefined;
  readonly state?: string | undefined;
  readonly open?: string | undefined;
}
const today = createRoute({
  getParentRoute: () => frame,
  path: '/today',
  validateSearch: (raw: Raw): TodaySearch => ({
    date: text(raw['date']),
    view: oneOf(raw['view'], ['grid', 'list']),
    practitioner: text(raw['practitioner']),
    state: text(raw['state']),
    open: text(raw['open']),
  }),
  component: lazyRouteComponent(() => import('./today/today-page.tsx'), 'TodayPage'),
});

export interface FindSearch {
  readonly patient?: string | undefined;
  readonly type?: string | undefined;
  readonly practitioner?: string | undefined;
  readonly place?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly part?: 'morning' | 'afternoon' | 'evening' | undefined;
  readonly mode?: 'in-person' | 'video' | 'phone' | undefined;
  readonly replaces?: string | undefined;
  /** A time that is being held: kept in sight over a reload. */
  readonly hold?: string | undefined;
}
const find = createRoute({
  getParentRoute: () => frame,
  path: '/find',
  validateSearch: (raw: Raw): FindSearch => ({
    patient: text(raw['patient']),
    type: text(raw['type']),
    practitioner: text(raw['practitioner']),
    place: text(raw['place']),
    from: text(raw['from']),
    to: text(raw['to']),
    part: oneOf(raw['part'], ['morning', 'afternoon', 'evening']),
    mode: oneOf(raw['mode'], ['in-person', 'video', 'phone']),
    replaces: text(raw['replaces']),
    hold: text(raw['hold']),
  }),
  component: lazyRouteComponent(() => import('./find/find-page.tsx'), 'FindPage'),
});

const appointmentCase = createRoute({
  getParentRoute: () => frame,
  path: '/cases/appointment/$id',
  /** An action whose form is open at once. */
  validateSearch: (raw: Raw): { begin?: 'check-in' | undefined } => ({ begin: oneOf(raw['begin'], ['check-in']) }),
  component: lazyRouteComponent(() => import('./case/case-page.tsx'), 'CasePage'),
});
const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
/** A field that was cleared stays empty. */
const typed = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const newSeries = createRoute({
  getParentRoute: () => frame,
  path: '/series/new',
  validateSearch: (raw: Raw): SeriesSearch => ({
    patient: text(raw['patient']),
    type: text(raw['type']),
    practitioner: text(raw['practitioner']),
    place: text(raw['place']),
    mode: oneOf(raw['mode'], ['in-person', 'video', 'phone']),
    every: oneOf(raw['every'], ['weekly', 'daily', 'monthly']),
    interval: number(raw['interval']),
    days: text(raw['days']),
    by: oneOf(raw['by'], ['weekday']),
    date: typed(raw['date']),
    time: typed(raw['time']),
    count: number(raw['count']),
    until: typed(raw['until']),
  }),
  component: lazyRouteComponent(() => import('./series/editor-page.tsx'), 'SeriesEditorPage'),
});
const seriesCase = createRoute({
  getParentRoute: () => frame,
  path: '/cases/series/$id',
  component: lazyRouteComponent(() => import('./series/series-page.tsx'), 'SeriesPage'),
});
const patients = createRoute({
  getParentRoute: () => frame,
  path: '/patients',
  validateSearch: (raw: Raw): { q?: string | undefined } => ({ q: text(raw['q']) }),
  component: lazyRouteComponent(() => import('./patient/patients-page.tsx'), 'PatientsPage'),
});
const newPatient = createRoute({
  getParentRoute: () => frame,
  path: '/patients/new',
  component: lazyRouteComponent(() => import('./patient/new-patient-page.tsx'), 'NewPatientPage'),
});
const patient = createRoute({
  getParentRoute: () => frame,
  path: '/patients/$id',
  component: lazyRouteComponent(() => import('./patient/patient-page.tsx'), 'PatientPage'),
});

export interface TaskSearch {
  readonly state?: 'open' | 'done' | 'cancelled' | 'all' | undefined;
  readonly kind?: string | undefined;
  readonly owner?: 'me' | 'role' | 'all' | undefined;
  /** The task that is open beside the list. */
  readonly task?: string | undefined;
}
const tasks = createRoute({
  getParentRoute: () => frame,
  path: '/tasks',
  validateSearch: (raw: Raw): TaskSearch => ({
    state: oneOf(raw['state'], ['open', 'done', 'cancelled', 'all']),
    kind: text(raw['kind']),
    owner: oneOf(raw['owner'], ['me', 'role', 'all']),
    task: text(raw['task']),
  }),
  component: lazyRouteComponent(() => import('./tasks/tasks-page.tsx'), 'TasksPage'),
});

export interface WalkInsSearch {
  readonly queue?: string | undefined;
}
const walkIns = createRoute({
  getParentRoute: () => frame,
  path: '/walk-ins',
  validateSearch: (raw: Raw): WalkInsSearch => ({ queue: text(raw['queue']) }),
  component: lazyRouteComponent(() => import('./walk-ins/board-page.tsx'), 'WalkInsPage'),
});
/** Hangs on a wall: without the frame, and without anybody's name. */
const waitingRoom = createRoute({
  getParentRoute: () => root,
  path: '/waiting-room/$queueId',
  beforeLoad: async ({ context, location }) => {
    await context.client.ensureQueryData(meQuery).catch(() => {
      throw redirect({ to: '/sign-in', search: { back: location.href }, replace: true });
    });
  },
  component: lazyRouteComponent(() => import('./walk-ins/waiting-room-page.tsx'), 'WaitingRoomPage'),
});

export interface OpeningsSearch {
  readonly state?: 'ended' | undefined;
  readonly place?: string | undefined;
}
const openings = createRoute({
  getParentRoute: () => frame,
  path: '/openings',
  validateSearch: (raw: Raw): OpeningsSearch => ({ state: oneOf(raw['state'], ['ended']), place: text(raw['place']) }),
  component: lazyRouteComponent(() => import('./waitlist/openings-page.tsx'), 'OpeningsPage'),
});
const opening = createRoute({
  getParentRoute: () => frame,
  path: '/openings/$id',
  component: lazyRouteComponent(() => import('./waitlist/opening-page.tsx'), 'OpeningPage'),
});

export interface GroupsSearch {
  readonly when?: 'past' | undefined;
  readonly place?: string | undefined;
  readonly practitioner?: string | undefined;
}
const groups = createRoute({
  getParentRoute: () => frame,
  path: '/groups',
  validateSearch: (raw: Raw): GroupsSearch => ({
    when: oneOf(raw['when'], ['past']),
    place: text(raw['place']),
    practitioner: text(raw['practitioner']),
  }),
  component: lazyRouteComponent(() => import('./groups/groups-page.tsx'), 'GroupsPage'),
});
const group = createRoute({
  getParentRoute: () => frame,
  path: '/groups/$id',
  component: lazyRouteComponent(() => import('./groups/group-page.tsx'), 'GroupPage'),
});

export interface AbsencesSearch {
  readonly state?: 'ended' | undefined;
}
const absences = createRoute({
  getParentRoute: () => frame,
  path: '/absences',
  validateSearch: (raw: Raw): AbsencesSearch => ({ state: oneOf(raw['state'], ['ended']) }),
  component: lazyRouteComponent(() => import('./absences/absences-page.tsx'), 'AbsencesPage'),
});
const declareAbsence = createRoute({
  getParentRoute: () => frame,
  path: '/absences/new',
  /** Who or what is away (`r:<id>`, or `l:<id>` of a place) and the first day, where one comes from a page that knows. */
  validateSearch: (raw: Raw): { what?: string | undefined; date?: string | undefined } => ({
    what: text(raw['what']),
    date: text(raw['date']),
  }),
  component: lazyRouteComponent(() => import('./absences/declare-page.tsx'), 'DeclareAbsencePage'),
});
const absence = createRoute({
  getParentRoute: () => frame,
  path: '/absences/$id',
  component: lazyRouteComponent(() => import('./absences/absence-page.tsx'), 'AbsencePage'),
});

const intakes = createRoute({
  getParentRoute: () => frame,
  path: '/intakes',
  validateSearch: (raw: Raw): { state?: IntakeState | undefined } => ({ state: oneOf(raw['state'], intakeStates) }),
  component: lazyRouteComponent(() => import('./intakes/board-page.tsx'), 'IntakesPage'),
});
const intake = createRoute({
  getParentRoute: () => frame,
  path: '/intakes/$id',
  component: lazyRouteComponent(() => import('./intakes/intake-page.tsx'), 'IntakePage'),
});

export interface ChargesSearch {
  readonly state?: 'waived' | 'posted' | 'void' | 'all' | undefined;
  readonly kind?: 'late-cancel' | 'no-show' | 'deposit' | undefined;
}
const charges = createRoute({
  getParentRoute: () => frame,
  path: '/charges',
  validateSearch: (raw: Raw): ChargesSearch => ({
    state: oneOf(raw['state'], ['waived', 'posted', 'void', 'all']),
    kind: oneOf(raw['kind'], ['late-cancel', 'no-show', 'deposit']),
  }),
  component: lazyRouteComponent(() => import('./charges/charges-page.tsx'), 'ChargesPage'),
});

const equity = createRoute({
  getParentRoute: () => frame,
  path: '/reports/waitlist-equity',
  validateSearch: (raw: Raw): { month?: string | undefined } => ({ month: text(raw['month']) }),
  component: lazyRouteComponent(() => import('./reports/equity-page.tsx'), 'EquityPage'),
});

export interface IdentitySearch {
  readonly show?: 'new' | 'dismissed' | 'merges' | undefined;
}
const identity = createRoute({
  getParentRoute: () => frame,
  path: '/identity',
  validateSearch: (raw: Raw): IdentitySearch => ({
    show: (['new', 'dismissed', 'merges'] as const).find((one) => one === raw['show']),
  }),
  component: lazyRouteComponent(() => import('./identity/queue-page.tsx'), 'IdentityPage'),
});
const identityMatch = createRoute({
  getParentRoute: () => frame,
  path: '/identity/$id',
  component: lazyRouteComponent(() => import('./identity/review-page.tsx'), 'ReviewPage'),
});
const patientMerge = createRoute({
  getParentRoute: () => frame,
  path: '/identity/merges/$id',
  component: lazyRouteComponent(() => import('./identity/merge-page.tsx'), 'MergePage'),
});

export interface EscalationsSearch {
  readonly over?: true | undefined;
}
const escalations = createRoute({
  getParentRoute: () => frame,
  path: '/escalations',
  validateSearch: (raw: Raw): EscalationsSearch => ({ over: raw['over'] === true ? true : undefined }),
  component: lazyRouteComponent(() => import('./escalations/board-page.tsx'), 'EscalationsPage'),
});
const escalation = createRoute({
  getParentRoute: () => frame,
  path: '/escalations/$id',
  component: lazyRouteComponent(() => import('./escalations/escalation-page.tsx'), 'EscalationPage'),
});
const onCall = createRoute({
  getParentRoute: () => frame,
  path: '/on-call',
  component: lazyRouteComponent(() => import('./escalations/roster-page.tsx'), 'RosterPage'),
});

const admin = <const P extends string, const C extends string>(
  path: P,
  load: () => Promise<Record<C, React.ComponentType>>,
  name: C,
) => createRoute({ getParentRoute: () => frame, path, component: lazyRouteComponent(load, name) });
const adminRoutes = [
  admin('/admin/availability', () => import('./admin/availability.tsx'), 'AvailabilityPage'),
  admin('/admin/closures', () => import('./admin/closures.tsx'), 'ClosuresPage'),
  admin('/admin/cancel-day', () => import('./admin/cancel-day.tsx'), 'CancelDayPage'),
  admin('/admin/visit-types', () => import('./admin/visit-types.tsx'), 'VisitTypesPage'),
  admin('/admin/rooms', () => import('./admin/rooms.tsx'), 'RoomsPage'),
  admin('/admin/queues', () => import('./admin/queues.tsx'), 'QueuesPage'),
  admin('/admin/people', () => import('./admin/people.tsx'), 'PeoplePage'),
  admin('/admin/policies', () => import('./admin/policies.tsx'), 'PoliciesPage'),
  admin('/admin/questionnaires', () => import('./questionnaires/questionnaires-page.tsx'), 'QuestionnairesPage'),
  admin('/admin/consents', () => import('./consents/consents-page.tsx'), 'ConsentsPage'),
  admin('/admin/simulations', () => import('./simulations/simulations-page.tsx'), 'SimulationsPage'),
  admin('/admin/health', () => import('./admin/health.tsx'), 'HealthPage'),
] as const;

/** What is shown of a version. */
export const questionnaireViews = ['preview', 'texts', 'comparison', 'definition'] as const;
export interface QuestionnaireSearch {
  readonly version?: number | undefined;
  readonly view?: (typeof questionnaireViews)[number] | undefined;
  readonly language?: WrittenLanguage | undefined;
  /** The version to compare with. */
  readonly from?: number | undefined;
}
const whole = (value: unknown): number | undefined => (Number.isInteger(value) ? (value as number) : undefined);
const questionnaire = createRoute({
  getParentRoute: () => frame,
  path: '/admin/questionnaires/$code',
  validateSearch: (raw: Raw): QuestionnaireSearch => ({
    version: whole(raw['version']),
    view: oneOf(raw['view'], questionnaireViews),
    language: oneOf(raw['language'], writtenLanguages),
    from: whole(raw['from']),
  }),
  component: lazyRouteComponent(() => import('./questionnaires/questionnaire-page.tsx'), 'QuestionnairePage'),
});

const tree = root.addChildren([
  signIn,
  forgot,
  reset,
  invitation,
  secondFactor,
  waitingRoom,
  frame.addChildren([
    home,
    today,
    find,
    appointmentCase,
    newSeries,
    seriesCase,
    patients,
    newPatient,
    patient,
    walkIns,
    openings,
    opening,
    groups,
    group,
    escalations,
    escalation,
    onCall,
    absences,
    declareAbsence,
    absence,
    identity,
    identityMatch,
    patientMerge,
    intakes,
    intake,
    questionnaire,
    tasks,
    charges,
    equity,
    ...adminRoutes,
  ]),
]);

export const makeRouter = (client: QueryClient) =>
  createRouter({ routeTree: tree, context: { client }, defaultPreload: 'intent', defaultPendingMinMs: 0 });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
