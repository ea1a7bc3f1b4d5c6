/** The addresses of questionnaires. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { writtenLanguages, type WrittenLanguage } from '../../../domain/language.ts';
import { frameRoute, page } from '../frame/frame-route.ts';
import { type RawSearch, count, oneOf } from '../lib/search-params.ts';

/** What is shown of a version. */
export const questionnaireViews = ['preview', 'texts', 'comparison', 'definition'] as const;
export interface QuestionnaireSearch {
  readonly version?: number | undefined;
  readonly view?: (typeof questionnaireViews)[number] | undefined;
  readonly language?: WrittenLanguage | undefined;
  /** The version to compare with. */
  readonly from?: number | undefined;
}
const questionnaires = page('/admin/questionnaires', () => import('./questionnaires-page.tsx'), 'QuestionnairesPage');
const questionnaire = createRoute({
  getParentRoute: () => frameRoute,
  path: '/admin/questionnaires/$code',
  validateSearch: (raw: RawSearch): QuestionnaireSearch => ({
    version: count(raw['version']),
    view: oneOf(raw['view'], questionnaireViews),
    language: oneOf(raw['language'], writtenLanguages),
    from: count(raw['from']),
  }),
  component: lazyRouteComponent(() => import('./questionnaire-page.tsx'), 'QuestionnairePage'),
});

export const questionnaireRoutes = [questionnaires, questionnaire] as const;
