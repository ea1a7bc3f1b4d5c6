/** The questions and changes of what patients sign (the same rules as queries.ts). */
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../shared/api-client.ts';
import type { Answer, Request } from '../../shared/api-client.ts';

export type ConsentDocumentVersions = Answer<'GET /consent-versions'>['items'][number];
export type ConsentVersionHead = ConsentDocumentVersions['versions'][number];
export type ConsentVersion = Answer<'GET /consent-versions/:kind/:version'>;
export type MinorConsentRule = Answer<'GET /minor-consent-rules'>['items'][number];
export type Publication = NonNullable<Request<'POST /consent-versions/:kind'>['body']>;
export type NewMinorConsentRule = NonNullable<Request<'POST /minor-consent-rules'>['body']>;

export const consentVersionsQuery = queryOptions({
  queryKey: ['consent-versions'],
  queryFn: ({ signal }) => api('GET /consent-versions', { signal }),
});
export const consentVersionQuery = (kind: string, version: string) =>
  queryOptions({
    queryKey: ['consent-versions', kind, version],
    queryFn: ({ signal }) => api('GET /consent-versions/:kind/:version', { params: { kind, version }, signal }),
    // A version is never changed.
    staleTime: Infinity,
  });
export const publishConsent = (kind: string, body: Publication, idempotencyKey: string) =>
  api('POST /consent-versions/:kind', { params: { kind }, body, idempotencyKey });

export const minorConsentRulesQuery = queryOptions({
  queryKey: ['minor-consent-rules'],
  queryFn: ({ signal }) => api('GET /minor-consent-rules', { signal }),
});
export const addMinorConsentRule = (body: NewMinorConsentRule) => api('POST /minor-consent-rules', { body });
export const endMinorConsentRule = (id: string) => api('POST /minor-consent-rules/:id/end', { params: { id }, body: {} }); // prettier-ignore

export const visitConsentsQuery = (appointmentId: string, language: string) =>
  queryOptions({
    queryKey: ['appointments', 'consents', appointmentId, language],
    queryFn: ({ signal }) => api('GET /appointments/:id/consents', { params: { id: appointmentId }, query: { language }, signal }), // prettier-ignore
  });
export const askForVisitConsents = (appointmentId: string) =>
  api('POST /appointments/:id/consents/ask', { params: { id: appointmentId }, body: {} });
