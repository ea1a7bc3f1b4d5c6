import { z } from 'zod';
import { databaseTime } from '../../db/clock.ts';
import { questionsOf } from '../../db/intakes/intake-questions.ts';
import { loadIntake, readIntakeRow } from '../../db/intakes/intake-view.ts';
import type { IntakeState } from '../../domain/intake/intake.ts';
import { withoutDisabled } from '../../domain/questionnaire/questionnaire-evaluation.ts';
import { localized } from '../../domain/questionnaire/questionnaire-localization.ts';
import { toQuestionnaireResponse } from '../../domain/questionnaire/questionnaire-response.ts';
import type { QuestionnaireResponse } from '../../domain/questionnaire/questionnaire-response.ts';
import { requireIntakeRow } from '../intakes/own-intake.ts';
import { route } from '../route.ts';
import { idParams } from '../schemas.ts';

/** FHIR's words for how far a set of answers is: what the clinic has not approved may still change. */
const statusOf = (state: IntakeState): QuestionnaireResponse['status'] =>
  state === 'completed' ? 'completed' : state === 'cancelled' || state === 'expired' ? 'stopped' : 'in-progress';

export const exportIntake = route({
  method: 'GET',
  path: '/intakes/:id/fhir',
  summary:
    'The answers of an intake as a FHIR R4 Bundle: a QuestionnaireResponse for each answered step, questions as the patient read them',
  params: idParams,
  answer: z.object({
    resourceType: z.literal('Bundle'),
    type: z.literal('collection'),
    entry: z.array(z.object({ resource: z.record(z.string(), z.unknown()) })),
  }),
  policy: { action: 'intake:read' },
  audit: { read: 'intake:export', entity: 'intake' },
  handler: (context, { params }) =>
    context.read(async (trx) => {
      const row = await readIntakeRow(trx, params.id);
      await requireIntakeRow(context, trx, row);
      context.concerns({ entityId: row.id, patientId: row.patient_id });
      const loaded = await loadIntake(trx, row, await databaseTime(trx));
      const house = await trx('organization').first<{ default_locale: string }>('default_locale');
      const entry: { resource: Record<string, unknown> }[] = [];
      for (const stand of loaded.steps) {
        if (stand.version === 0) continue;
        const version = await questionsOf(trx, loaded, stand.step);
        const questionnaire = localized(version, row.language, house?.default_locale);
        const response = toQuestionnaireResponse(questionnaire, withoutDisabled(questionnaire, stand.answers), {
          id: `${row.id}.${stand.step}`,
          status: statusOf(row.state),
          patientId: row.patient_id,
          ...(stand.saved_at !== null && { authored: stand.saved_at.toISOString() }),
        });
        entry.push({ resource: { ...response } });
      }
      return { resourceType: 'Bundle' as const, type: 'collection' as const, entry };
    }),
});
