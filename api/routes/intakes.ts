import { z } from 'zod';
import { actorNames } from '../../db/cases/cases.ts';
import { prefillFor } from '../../db/charts/chart-sections.ts';
import { databaseTime } from '../../db/clock.ts';
import { mayOnIntake } from '../../db/intakes/intake-actions.ts';
import { differencesOf, flagsOf, intakeStory, listIntakes, scoresOf } from '../../db/intakes/intake-lists.ts';
import { keptSave, questionsOf } from '../../db/intakes/intake-questions.ts';
import { factsOf, settleIntake } from '../../db/intakes/intake-state.ts';
import { lookAtIntake, stepRowOf, visitStartOf, type LoadedIntake } from '../../db/intakes/intake-view.ts';
import { escalationFacts, standingOf } from '../../db/escalations/escalations.ts';
import { readEscalationRow } from '../../db/escalations/escalation-view.ts';
import { keptFromOthers } from '../../db/patients/minor-consents.ts';
import type { Trx } from '../../db/connection.ts';
import { DomainError } from '../../domain/errors.ts';
import { escalationProblem } from '../../domain/escalation.ts';
import {
  answeringStates,
  intakeActions,
  intakeRefusal,
  intakeStates,
  intakeSteps,
  openIntakeStates,
} from '../../domain/intake/intake.ts';
import type { Answers } from '../../domain/questionnaire/questionnaire-answers.ts';
import { calculatedValues } from '../../domain/questionnaire/questionnaire-calculation.ts';
import { localized } from '../../domain/questionnaire/questionnaire-localization.ts';
import { redFlagsIn } from '../../domain/intake/red-flags.ts';
import { intakeWorkflowId } from '../../workflows/messages/intake.ts';
import { temporalWebUrl, timelineEntry, toTimelineEntry } from '../cases/case-parts.ts';
import type { RequestContext } from '../context.ts';
import { actOnIntake as acts, saveStep as saves, startIntake as starts } from '../intakes/intake-actions.ts';
import { dueAtOf, progressOf, regionOf, representIntakes, helpFor } from '../intakes/intake-representation.ts';
import {
  actOnIntakeBody,
  intake,
  intakeDetail,
  intakeProgress,
  intakeStep,
  intakeStepPage,
  saveStepBody,
  savedStep,
  startIntakeBody,
} from '../intakes/intake-schemas.ts';
import { draftKeyFor, mayShowEarlier, requireIntakeRow } from '../intakes/own-intake.ts';
import { decodeCursor, pageOf } from '../page.ts';
import { etag } from '../precondition.ts';
import { route, RouteAnswer } from '../route.ts';
import { cursor, id, idParams, language, limit, listOf } from '../schemas.ts';
import { intakeWaitsFor, waitingFor } from '../cases/case-state.ts';

const mayAnswer = ['intake:manage', 'own-intake:write'] as const;
const maySee = ['intake:read', 'own-intake:write'] as const;

/** The intake, if it is the caller's to see. @throws DomainError `not-found` */
async function found(context: RequestContext, trx: Trx, intakeId: string): Promise<LoadedIntake> {
  const loaded = await lookAtIntake(trx, intakeId);
  const { row } = loaded;
  await requireIntakeRow(context, trx, row);
  context.concerns({ entityId: row.id, patientId: row.patient_id });
  return loaded;
}

async function shown(context: RequestContext, intakeId: string): Promise<z.output<typeof intake>> {
  return context.read(async (trx) => {
    const loaded = await found(context, trx, intakeId);
    const [one] = await representIntakes(context, trx, [{ ...loaded, dueAt: await dueAtOf(trx, intakeId) }]);
    return one!;
  });
}

export const startIntake = route({
  method: 'POST',
  path: '/intakes',
  summary:
    'Begin an intake for a patient, or for somebody new: their chart is made with it. 409 conflict when the visit has one',
  status: 201,
  body: startIntakeBody,
  answer: intake,
  policy: { action: 'intake:manage' },
  audit: { change: 'intake:create', entity: 'intake' },
  handler: async (context, { body }) => {
    const { id: intakeId } = await starts(context, body);
    const one = await shown(context, intakeId);
    return new RouteAnswer(one, { headers: { ETag: etag(one.version), Location: `/api/v1/intakes/${one.id}` } });
  },
});

const position = z.strictObject({ at: z.iso.datetime({ precision: 6 }), id });

export const listIntakesRoute = route({
  method: 'GET',
  path: '/intakes',
  summary: 'Intakes, the latest first; a patient sees their own',
  query: z.strictObject({
    /** `open`: whatever is not over. */
    state: z.enum([...intakeStates, 'open', 'any']).default('open'),
    patientId: id.optional(),
    appointmentId: id.optional(),
    limit: limit(50, 200),
    cursor,
  }),
  answer: listOf(intake),
  policy: { action: maySee },
  audit: { read: 'intake:list', entity: 'intake' },
  handler: (context, { query }) =>
    context.read(async (trx) => {
      const own = context.can('intake:read') ? undefined : context.user.patientId;
      // Who came by a link has one intake, and no list.
      if (own === null || context.user.intakeId !== null) throw new DomainError('forbidden');
      if (own !== undefined && query.patientId !== undefined && query.patientId !== own)
        throw new DomainError('not-found');
      const states = query.state === 'any' ? undefined : query.state === 'open' ? [...openIntakeStates] : [query.state];
      const at = await databaseTime(trx);
      const rows = await listIntakes(
        trx,
        {
          organizationId: context.organizationId,
          states,
          patientId: own ?? query.patientId,
          appointmentId: query.appointmentId,
          withoutConfidential:
            own !== undefined && (await keptFromOthers(trx, { patientId: own, confidential: true, at })),
          limit: query.limit,
          after: decodeCursor(query.cursor, position),
        },
        at,
      );
      const page = pageOf(rows, query.limit, (row) => row, (row) => ({ at: row.position, id: row.id })); // prettier-ignore
      context.concerns({ patientId: own ?? query.patientId, detail: { shown: page.items.length } });
      return { items: await representIntakes(context, trx, page.items), nextCursor: page.nextCursor };
    }),
});

/** What the process would accept from this person now: the same facts, the same rule, the same guards. */
async function allowedOn(context: RequestContext, trx: Trx, loaded: LoadedIntake) {
  const at = await databaseTime(trx);
  const facts = await factsOf(trx, loaded, at);
  const { actor } = context;
  const mayAck = async (): Promise<boolean> => {
    const rows = await trx('escalation').where({ subject_kind: 'intake', subject_id: loaded.row.id })
      .whereIn('state', ['raised', 'notifying', 'exhausted']).select<{ id: string }[]>('id'); // prettier-ignore
    for (const one of rows) {
      const row = await readEscalationRow(trx, one.id);
      const standing = await standingOf(trx, row, actor, at);
      if (escalationProblem('ack', escalationFacts(row), { ...standing, actor }, at.getTime()) !== null) return false;
    }
    return rows.length > 0;
  };
  const allowed = [];
  for (const action of intakeActions) {
    const possible =
      mayOnIntake(actor, action, loaded.row.patient_id) &&
      intakeRefusal(facts, action, at.getTime()) === null &&
      (action !== 'ack-escalation' || (await mayAck()));
    allowed.push({ action, possible });
  }
  return { allowed, facts };
}

export const showIntake = route({
  method: 'GET',
  path: '/intakes/:id',
  summary:
    'One intake as the clinic reviews it: answers, flags, scores with their inputs, what changed since the last time',
  params: idParams,
  answer: intakeDetail,
  policy: { action: 'intake:read' },
  audit: { read: 'intake:read', entity: 'intake' },
  handler: (context, { params }) =>
    context.read(async (trx) => {
      const loaded = await found(context, trx, params.id);
      const [one] = await representIntakes(context, trx, [{ ...loaded, dueAt: await dueAtOf(trx, params.id) }]);
      const { allowed, facts } = await allowedOn(context, trx, loaded);
      const body = {
        ...one!,
        steps: loaded.steps.map((stand) => ({
          step: stand.step,
          state: stand.version === 0 && !loaded.progress.needed.has(stand.step) ? ('not-needed' as const) : stand.state,
          version: stand.version,
          note: stand.note,
          savedAt: stand.saved_at?.toISOString() ?? null,
          questionnaireVersion: stand.questionnaire_version,
          answers: stand.answers as Record<string, unknown[]>,
        })),
        raised: (await flagsOf(trx, params.id)).map((flag) => ({
          id: flag.id,
          rule: flag.rule,
          step: flag.step,
          linkId: flag.link_id,
          raisedAt: flag.raised_at.toISOString(),
          answerChangedAt: flag.answer_changed_at?.toISOString() ?? null,
          escalationId: flag.escalation_id,
        })),
        scores: (await scoresOf(trx, params.id)).map((score) => ({
          tool: score.tool,
          version: score.tool_version,
          score: score.score,
          band: score.band,
          positive: score.positive,
          prorated: score.prorated,
          notes: score.notes,
          inputs: score.inputs,
          at: score.at.toISOString(),
        })),
        differences: (await differencesOf(trx, loaded)).map(({ before, now, ...rest }) => ({
          ...rest,
          before: before === null ? null : [...before],
          now: now === null ? null : [...now],
        })),
        openMatches: facts.openMatches,
        consentsMissing: [...facts.consentsMissing],
        allowedActions: allowed,
      };
      return new RouteAnswer(body, { headers: { ETag: etag(body.version) } });
    }),
});

export const showProgress = route({
  method: 'GET',
  path: '/intakes/:id/progress',
  summary: 'Where an intake stands: steps, what is missing, what is next and by when, whose turn it is',
  params: idParams,
  query: z.strictObject({ language: language.optional() }),
  answer: intakeProgress,
  policy: { action: maySee },
  audit: { read: 'intake:read-progress', entity: 'intake' },
  handler: (context, { params, query }) =>
    context.read(async (trx) => {
      const loaded = await found(context, trx, params.id);
      return progressOf(context, trx, loaded, query.language ?? loaded.row.language);
    }),
});

/** In an intake that is not in confidence, a minor's guardian may be at the keyboard. */
const othersAnswer = async (trx: Trx, { row }: LoadedIntake): Promise<boolean> =>
  !row.confidential &&
  (await keptFromOthers(trx, { patientId: row.patient_id, confidential: true, at: await databaseTime(trx) }));

const stepParams = z.strictObject({ id, step: intakeStep });

export const showStep = route({
  method: 'GET',
  path: '/intakes/:id/steps/:step',
  summary:
    'One step: its questions in a language, what was answered, what the chart knows already and the person must confirm',
  params: stepParams,
  query: z.strictObject({ language: language.optional() }),
  answer: intakeStepPage,
  policy: { action: maySee },
  audit: { read: 'intake:read-step', entity: 'intake' },
  handler: (context, { params, query }) =>
    context.read(async (trx) => {
      const loaded = await found(context, trx, params.id);
      const stand = stepRowOf(loaded, params.step);
      const version = await questionsOf(trx, loaded, params.step);
      const house = await trx('organization').first<{ default_locale: string }>('default_locale');
      // Who came by a link alone sees what they typed, and nothing of what the chart knows.
      const known =
        stand.version === 0 && mayShowEarlier(context)
          ? await prefillFor(trx, {
              patientId: loaded.row.patient_id,
              step: params.step,
              withoutConfidential: await othersAnswer(trx, loaded),
            })
          : null;
      const needed = loaded.progress.needed.has(params.step);
      return {
        step: params.step,
        state: stand.version === 0 && !needed ? ('not-needed' as const) : stand.state,
        version: stand.version,
        savedAt: stand.saved_at?.toISOString() ?? null,
        questionnaire: localized(
          version,
          query.language ?? loaded.row.language,
          house?.default_locale,
        ) as unknown as Record<string, unknown>,
        answers: stand.answers as Record<string, unknown[]>,
        prefill: (known?.answers ?? {}) as Record<string, unknown[]>,
        toConfirm: [...(known?.toConfirm ?? [])],
        calculated: calculatedValues(version.definition, stand.answers) as Record<string, unknown[]>,
        returnedNote: stand.state === 'returned' ? stand.note : null,
        draftKey: draftKeyFor(context, loaded.row),
      };
    }),
});

export const saveStep = route({
  method: 'PUT',
  path: '/intakes/:id/steps/:step',
  summary:
    'Save a step as it stands (complete: false) or as done; 409 stale-step with both values when it was changed elsewhere, and nothing is overwritten',
  params: stepParams,
  body: saveStepBody,
  answer: savedStep,
  policy: { action: mayAnswer },
  audit: { change: 'intake:save-step', entity: 'intake' },
  handler: async (context, { params, body }) => {
    const said = body.answers as Answers;
    const { intake: view, saved } = await saves(context, {
      intakeId: params.id,
      input: {
        step: params.step,
        answers: said,
        baseVersion: body.baseVersion,
        complete: body.complete,
        ...(body.language !== undefined && { language: body.language }),
      },
    });
    if (saved === undefined) throw new Error('a save without its version');
    return context.read(async (trx) => {
      const { answers, definition, locationId } = await keptSave(trx, params.id, params.step, saved.version);
      // At the moment of the answer, in the language of the page (D3).
      const rules = redFlagsIn(params.step, said).map(({ rule }) => rule);
      return {
        step: saved.step,
        version: saved.version,
        savedAt: saved.savedAt,
        answers: answers as Record<string, unknown[]>,
        nextStep: saved.nextStep,
        percent: view.percent,
        crisis: helpFor(
          rules,
          body.language ?? view.language,
          rules.length === 0 ? null : await regionOf(trx, locationId),
        ),
        calculated: calculatedValues(definition, answers) as Record<string, unknown[]>,
      };
    });
  },
});

export const actOnIntake = route({
  method: 'POST',
  path: '/intakes/:id/:action',
  summary:
    'Send in or withdraw (the patient); review, give back, waive, approve, cancel, take up again and the like (staff)',
  params: z.strictObject({ id, action: z.enum(intakeActions) }),
  body: actOnIntakeBody,
  answer: intake,
  policy: {
    action: ['intake:manage', 'intake:review', 'identity:review', 'emergency:ack', 'own-intake:write'],
  },
  audit: { change: 'intake:act', entity: 'intake' },
  handler: async (context, { params, body }) => {
    await acts(context, { intakeId: params.id, action: params.action, input: body });
    const one = await shown(context, params.id);
    return new RouteAnswer(one, { headers: { ETag: etag(one.version) } });
  },
});

export const showIntakeCase = route({
  method: 'GET',
  path: '/cases/intake/:id',
  summary: 'An intake as a case: what it waits for, its timers, everything that happened; GET /intakes/{id} has more',
  params: idParams,
  answer: z.object({
    id,
    kind: z.literal('intake'),
    state: z.enum(intakeStates),
    waitingFor: waitingFor.nullable(),
    nextTimers: z.array(z.object({ name: z.string(), dueAt: z.string() })),
    allowedActions: z.array(z.object({ action: z.enum(intakeActions), possible: z.boolean() })),
    /** Steps that are neither answered nor waived. */
    left: z.array(z.enum(intakeSteps)),
    /** Oldest first. */
    timeline: z.array(timelineEntry),
    related: z.array(
      z.object({ kind: z.enum(['appointment', 'escalation']), relation: z.string(), id, state: z.string().nullable(), at: z.string().nullable() }),
    ),
    temporalWebUrl: z.string().nullable(),
  }), // prettier-ignore
  policy: { action: 'case:read' },
  audit: { read: 'case:read', entity: 'intake' },
  handler: (context, { params }) =>
    context.read(async (trx) => {
      const loaded = await found(context, trx, params.id);
      const { row } = loaded;
      const settled = await settleIntake(trx, loaded);
      const story = await intakeStory(trx, row.id);
      const names = await actorNames(trx, story.map((entry) => entry.actor)); // prettier-ignore
      const escalations = await trx('escalation').where({ subject_kind: 'intake', subject_id: row.id }).orderBy('raised_at')
        .select<{ id: string; state: string; raised_at: Date }[]>('id', 'state', 'raised_at'); // prettier-ignore
      return {
        id: row.id,
        kind: 'intake' as const,
        state: row.state,
        waitingFor: intakeWaitsFor({
          state: row.state,
          until: answeringStates.has(row.state)
            ? row.expires_at.toISOString()
            : (row.review_due_at?.toISOString() ?? null),
        }),
        nextTimers: settled.timers.map(({ name, dueAt }) => ({ name, dueAt })),
        allowedActions: (await allowedOn(context, trx, loaded)).allowed,
        left: openIntakeStates.has(row.state) ? [...settled.left] : [],
        timeline: story.map((entry) => toTimelineEntry(entry, names)),
        related: [
          ...(row.appointment_id === null
            ? []
            : [
                {
                  kind: 'appointment' as const,
                  relation: 'for',
                  id: row.appointment_id,
                  state: loaded.visit?.status ?? null,
                  at: visitStartOf(loaded)?.toISOString() ?? null,
                },
              ]),
          ...escalations.map((one) => ({
            kind: 'escalation' as const,
            relation: 'raised',
            id: one.id,
            state: one.state,
            at: one.raised_at.toISOString(),
          })),
        ],
        temporalWebUrl: temporalWebUrl(context, intakeWorkflowId(row.id)),
      };
    }),
});
