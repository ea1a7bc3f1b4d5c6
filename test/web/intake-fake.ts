/**
 * The server of an intake, played inside the browser's own requests: for what a page does with answers that are slow, lost,
 * stale or refused, which a real one does not do on demand. The rules are the real ones (domain/).
 */
import type { Page, Route } from 'playwright-core';
import { signedText } from '../../domain/intake/consent-documents/consent-document.ts';
import { defaultConsentDocuments } from '../../domain/intake/consent-documents/default-documents.ts';
import { crisisHelp } from '../../domain/intake/crisis-help.ts';
import { chooseLanguage, writtenLanguages } from '../../domain/language.ts';
import { intakeSteps } from '../../domain/intake/intake.ts';
import type { IntakeStep } from '../../domain/intake/intake.ts';
import type { Answers } from '../../domain/questionnaire/questionnaire-answers.ts';
import { checkAnswers } from '../../domain/questionnaire/questionnaire-check.ts';
import { localized } from '../../domain/questionnaire/questionnaire-localization.ts';
import { defaultQuestionnaires } from '../../domain/questionnaire/content/intake-set.ts';
import { redFlagsIn } from '../../domain/intake/red-flags.ts';
import type { IntakeProgress, IntakeStepPage } from '../../api/intakes/intake-schemas.ts';

export const intakeId = '5f0d7a3e-9a52-4c1c-8d1b-2f8f6f1d2a10';

interface Saved {
  version: number;
  answers: Answers;
  state: IntakeProgress['steps'][number]['state'];
}

export interface FakeIntake {
  /** What was put, in order, with its key. */
  readonly puts: {
    step: IntakeStep;
    key: string;
    body: { answers: Answers; baseVersion: number; complete: boolean };
  }[];
  readonly steps: Map<IntakeStep, Saved>;
  progress: Partial<IntakeProgress>;
  page: Partial<IntakeStepPage>;
  /** That the link was sent in. */
  language: string;
  link: { state: string; lockedUntil?: string | null; asks?: string };
  /** False: 401, as after the end of a session. */
  signedIn: boolean;
  /** No answer comes at all. */
  offline: boolean;
  /** Before each answer, ms. */
  delayMs: number;
}

export async function fakeIntake(page: Page): Promise<FakeIntake> {
  const fake: FakeIntake = {
    puts: [],
    steps: new Map(),
    progress: {},
    page: {},
    language: 'en',
    link: { state: 'ready' },
    signedIn: true,
    offline: false,
    delayMs: 0,
  };
  const answer = (route: Route, status: number, body: unknown): Promise<void> =>
    route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(body) });
  const savedOf = (step: IntakeStep): Saved => fake.steps.get(step) ?? { version: 0, answers: {}, state: 'open' };
  const nextStep = (): IntakeStep | null => intakeSteps.find((step) => savedOf(step).state !== 'answered') ?? null;

  const progress = (): IntakeProgress => ({
    id: intakeId,
    state: 'in-progress',
    language: 'en',
    step: nextStep(),
    percent: Math.round((intakeSteps.filter((step) => savedOf(step).state === 'answered').length / 12) * 100),
    steps: intakeSteps.map((step) => ({
      step,
      state: savedOf(step).state,
      version: savedOf(step).version,
      note: null,
    })),
    missing: [],
    expiresAt: '2027-06-01T12:00:00Z',
    visit: { id: intakeId, start: '2027-06-01T12:00:00Z', timeZone: 'America/New_York' },
    alsoFor: [],
    waitingOn: 'patient',
    next: { what: 'answer', by: '2027-06-01T12:00:00Z' },
    crisis: [],
    minorConsent: null,
    about: 'whole',
    insurance: 'missing',
    clinic: { name: 'Riverside Clinic', phone: '+1 617 555 0100', region: 'US' },
    ...fake.progress,
  });

  await page.route('**/api/v1/**', async (route) => {
    const request = route.request();
    const url = new URL(request.url());
    const path = url.pathname.replace('/api/v1', '');
    if (fake.offline) return route.abort('internetdisconnected');
    if (fake.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, fake.delayMs));
    if (path.startsWith('/intake-links/')) {
      if (request.method() === 'GET') {
        const clinic = progress().clinic;
        return answer(route, 200, {
          clinic,
          language: fake.language,
          lockedUntil: null,
          asks: 'birth-date',
          ...fake.link,
        });
      }
      if (path.endsWith('/open')) {
        const { code } = request.postDataJSON() as { code?: string };
        if (fake.link.state === 'step-up' && code !== '123456') return answer(route, 401, { code: 'sign-in-failed' });
        fake.signedIn = true;
        return answer(route, 201, { intakeId, expiresAt: '2027-06-01T12:00:00Z' });
      }
      return answer(route, 202, { minutes: 10, hours: 72 });
    }
    if (!fake.signedIn) return answer(route, 401, { code: 'unauthenticated' });
    if (path.endsWith('/progress')) return answer(route, 200, progress());
    if (path.endsWith('/submit')) {
      fake.progress = { state: 'submitted', waitingOn: 'clinic', next: { what: 'review', by: '2027-05-30T12:00:00Z' } };
      return answer(route, 200, {});
    }
    if (path.endsWith('/withdraw')) {
      fake.progress = { state: 'cancelled', waitingOn: 'nobody', next: null };
      return answer(route, 200, {});
    }
    if (path === '/consent-documents') {
      const language = chooseLanguage([url.searchParams.get('language')], writtenLanguages);
      const items = Object.values(defaultConsentDocuments).map(({ kind, version, texts, required }) => ({
        kind,
        version,
        locale: language,
        title: texts[language].title,
        text: signedText(texts[language]),
        sha256: '0'.repeat(64),
        required,
      }));
      return answer(route, 200, { items });
    }
    if (path.startsWith('/documents/')) return route.abort();
    if (path.endsWith('/documents')) return answer(route, 201, { id: intakeId, state: 'quarantined' });
    const step = path.split('/').at(-1) as IntakeStep;
    if (!intakeSteps.includes(step)) return answer(route, 404, { code: 'not-found' });
    const { version, answers, state } = savedOf(step);
    if (request.method() === 'GET') {
      return answer(route, 200, {
        step,
        state,
        version,
        savedAt: version === 0 ? null : '2027-05-01T12:00:00Z',
        questionnaire: localized(defaultQuestionnaires[step], url.searchParams.get('language') ?? 'en'),
        answers,
        prefill: {},
        toConfirm: [],
        calculated: {},
        returnedNote: null,
        draftKey: Buffer.alloc(32, 7).toString('base64'),
        ...fake.page,
      });
    }
    const body = request.postDataJSON() as (typeof fake.puts)[number]['body'] & { language: string };
    const key = request.headers()['idempotency-key'] ?? '';
    const before = fake.puts.find((put) => put.key === key);
    fake.puts.push({ step, key, body });
    if (before === undefined) {
      if (body.baseVersion !== version) {
        return answer(route, 409, {
          code: 'stale-step',
          current: { answers, version },
          yours: { answers: body.answers },
        });
      }
      const errors = checkAnswers(defaultQuestionnaires[step].definition, body.answers, {
        complete: body.complete,
        matches: (pattern, text) => new RegExp(pattern).test(text),
      });
      if (errors.length > 0) return answer(route, 422, { code: 'validation-failed', errors });
      const states = { answered: 'answered', open: 'started' } as const;
      fake.steps.set(step, {
        version: version + 1,
        answers: body.answers,
        state: body.complete ? 'answered' : state === 'answered' ? 'answered' : states.open,
      });
    }
    return answer(route, 200, {
      step,
      version: savedOf(step).version,
      savedAt: new Date().toISOString(),
      answers: body.answers,
      nextStep: nextStep(),
      percent: progress().percent,
      crisis: redFlagsIn(step, body.answers).map(({ rule }) => crisisHelp(rule, body.language, 'US')),
      calculated: {},
    });
  });
  return fake;
}
