/** The questions and changes of the guided intake (the same rules as queries.ts). */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { IntakeAction, IntakeState, IntakeStep } from '../../../domain/intake/intake.ts';
import { api } from '../../shared/api-client.ts';
import type { Answer, Request } from '../../shared/api-client.ts';

const minute = 60_000;

export type Intake = Answer<'GET /intakes'>['items'][number];
export type IntakeDetail = Answer<'GET /intakes/:id'>;
export type StepDetail = IntakeDetail['steps'][number];
export type Score = IntakeDetail['scores'][number];
export type Difference = IntakeDetail['differences'][number];
export type StepPage = Answer<'GET /intakes/:id/steps/:step'>;

export const intakesQuery = (state: IntakeState | undefined) =>
  infiniteQueryOptions({
    queryKey: ['intakes', 'list', state ?? 'open'],
    queryFn: ({ pageParam, signal }) =>
      api('GET /intakes', { query: { state, limit: state === undefined ? 200 : 50, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    refetchInterval: minute,
  });

export const intakeQuery = (id: string) =>
  queryOptions({
    queryKey: ['intakes', 'one', id],
    queryFn: ({ signal }) => api('GET /intakes/:id', { params: { id }, signal }),
    staleTime: 2_000,
    refetchInterval: minute,
  });

/** The questions as the patient reads them, in the language of whoever looks. */
export const intakeStepQuery = (id: string, step: IntakeStep, language: string) =>
  queryOptions({
    queryKey: ['intakes', 'step', id, step, language],
    queryFn: ({ signal }) => api('GET /intakes/:id/steps/:step', { params: { id, step }, query: { language }, signal }),
    staleTime: minute,
  });

export const intakeCaseQuery = (id: string) =>
  queryOptions({
    queryKey: ['intakes', 'case', id],
    queryFn: ({ signal }) => api('GET /cases/intake/:id', { params: { id }, signal }),
  });

export type IntakeStart = NonNullable<Request<'POST /intakes'>['body']>;
export const startIntake = (body: IntakeStart, idempotencyKey: string) =>
  api('POST /intakes', { body, idempotencyKey });

export type IntakeWord = NonNullable<Request<'POST /intakes/:id/:action'>['body']>;
export const actOnIntake = (id: string, action: IntakeAction, body: IntakeWord) =>
  api('POST /intakes/:id/:action', { params: { id, action }, body });
