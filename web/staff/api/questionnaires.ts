/** The questions and changes of questionnaires (the same rules as queries.ts). */
import { queryOptions } from '@tanstack/react-query';
import type { Questionnaire } from '../../../domain/questionnaire/questionnaire.ts';
import { api } from '../../shared/api-client.ts';
import type { Answer, Request } from '../../shared/api-client.ts';

export type QuestionnaireVersionView = Answer<'GET /questionnaires/:code/versions/:number'>;
export type QuestionnaireHistory = Answer<'GET /questionnaires/:code'>;
export type Publication = Answer<'GET /questionnaires/:code/versions/:number/publication'>;
export type QuestionnaireDifference = Publication['difference'];

export const questionnairesQuery = queryOptions({
  queryKey: ['questionnaires'],
  queryFn: ({ signal }) => api('GET /questionnaires', { signal }),
});

export const questionnaireQuery = (code: string) =>
  queryOptions({
    queryKey: ['questionnaires', code],
    queryFn: ({ signal }) => api('GET /questionnaires/:code', { params: { code }, signal }),
  });

export const versionQuery = (code: string, number: number) =>
  queryOptions({
    queryKey: ['questionnaires', code, 'version', number],
    queryFn: ({ signal }) =>
      api('GET /questionnaires/:code/versions/:number', { params: { code, number: String(number) }, signal }),
  });

export const comparisonQuery = (code: string, from: number, to: number) =>
  queryOptions({
    queryKey: ['questionnaires', code, 'comparison', from, to],
    queryFn: ({ signal }) =>
      api('GET /questionnaires/:code/comparison', {
        params: { code },
        query: { from: String(from), to: String(to) },
        signal,
      }),
  });

/** Asked anew whenever somebody is about to publish: intakes begin and end meanwhile. */
export const publicationQuery = (code: string, number: number) =>
  queryOptions({
    queryKey: ['questionnaires', code, 'publication', number],
    queryFn: ({ signal }) =>
      api('GET /questionnaires/:code/versions/:number/publication', {
        params: { code, number: String(number) },
        signal,
      }),
    staleTime: 0,
    gcTime: 0,
  });

/** As the server keeps it: a definition in this answer was checked when it was saved. */
export const definitionOf = (version: QuestionnaireVersionView): Questionnaire =>
  version.definition as unknown as Questionnaire;

/** @param from a version to begin from; what new cases get unless told */
export const beginDraft = (code: string, from?: number) =>
  api('POST /questionnaires/:code/versions', { params: { code }, body: from === undefined ? {} : { from } });

type Change = NonNullable<Request<'PATCH /questionnaires/:code/versions/:number'>['body']>;

export const changeDraft = ({ code, number, version }: QuestionnaireVersionView, body: Change) =>
  api('PATCH /questionnaires/:code/versions/:number', {
    params: { code, number: String(number) },
    body,
    ifMatch: `"${version}"`,
  });

export const decideVersion = ({ code, number, version }: QuestionnaireVersionView, action: 'publish' | 'retire') => {
  const request = { params: { code, number: String(number) }, body: { version } };
  return action === 'publish'
    ? api('POST /questionnaires/:code/versions/:number/publish', request)
    : api('POST /questionnaires/:code/versions/:number/retire', request);
};
