/** What must be signed before a visit, where there was no intake or it is long ago: shown at check-in, asked for in one step. */
import { z } from 'zod';
import { databaseTime } from '../../db/clock.ts';
import type { Trx } from '../../db/connection.ts';
import { consentDocuments, consentGaps } from '../../db/patients/consents.ts';
import { keptFromOthers } from '../../db/patients/minor-consents.ts';
import { visitConsents, type VisitConsents, type VisitOf } from '../../db/patients/visit-consents.ts';
import { DomainError } from '../../domain/errors.ts';
import { answeringStates, intakeStates } from '../../domain/intake/intake.ts';
import type { RequestContext } from '../context.ts';
import { actOnIntake, startIntake } from '../intakes/intake-actions.ts';
import { route } from '../route.ts';
import { id, idParams, language } from '../schemas.ts';

const visitPapers = z.object({
  missing: z.array(z.object({ kind: z.string(), version: z.string(), title: z.string(), reason: z.enum(consentGaps) })),
  /** The open intake of this visit, in which it can be signed. */
  intake: z.object({ id, state: z.enum(intakeStates), about: z.enum(['whole', 'consents']) }).nullable(),
  /** Nobody has sent in what is missing: asking for it would do something. */
  canAsk: z.boolean(),
});

interface Read extends VisitConsents {
  readonly patientId: string;
}

/** @throws DomainError `not-found` for a visit of somebody else */
async function read(context: RequestContext, trx: Trx, appointmentId: string): Promise<Read> {
  const visit = await trx('appointment').where({ id: appointmentId })
    .first<VisitOf | undefined>('id', 'patient_id', 'visit_type_id', 'location_id'); // prettier-ignore
  const staff = context.user.patientId === null;
  if (visit === undefined || (!staff && visit.patient_id !== context.user.patientId)) throw new DomainError('not-found'); // prettier-ignore
  context.concerns({ entityId: visit.id, patientId: visit.patient_id });
  const at = await databaseTime(trx);
  const found = await visitConsents(trx, visit, at);
  // A child's account may be a parent's: what the child signs alone is not spoken of there.
  const kept = await keptFromOthers(trx, { patientId: visit.patient_id, confidential: found.confidential, at });
  return { ...(kept && !staff ? { missing: [], confidential: true, intake: null } : found), patientId: visit.patient_id }; // prettier-ignore
}

const canAsk = ({ missing, intake }: VisitConsents): boolean =>
  missing.length > 0 && (intake === null || answeringStates.has(intake.state));

export const showVisitConsents = route({
  method: 'GET',
  path: '/appointments/:id/consents',
  summary:
    'What must be signed before this visit and is not: never signed, expired, taken back, or of an older version',
  params: idParams,
  query: z.strictObject({ language: language.optional() }),
  answer: visitPapers,
  policy: { action: ['appointment:check-in', 'own-appointment:read'] },
  audit: { read: 'consent:list', entity: 'appointment' },
  handler: (context, { params, query }) =>
    context.read(async (trx) => {
      const found = await read(context, trx, params.id);
      const documents = await consentDocuments(trx, query.language ?? context.user.locale);
      const titleOf = (kind: string): string => documents.find((one) => one.kind === kind)?.title ?? kind;
      return {
        missing: found.missing.map((one) => ({ ...one, title: titleOf(one.kind) })),
        intake: found.intake,
        canAsk: canAsk(found),
      };
    }),
});

export const askForVisitConsents = route({
  method: 'POST',
  path: '/appointments/:id/consents/ask',
  summary: 'Ask for what is missing: the link of the open intake once more, or a short intake of signatures alone',
  params: idParams,
  body: z.strictObject({}),
  answer: z.object({ intakeId: id, asked: z.enum(['again', 'begun']) }),
  policy: { action: ['intake:manage', 'own-intake:write'] },
  audit: { change: 'intake:ask-consents', entity: 'intake' },
  handler: async (context, { params }) => {
    // Who came by a link has one intake, and asks for no other.
    if (context.user.intakeId !== null) throw new DomainError('forbidden');
    const found = await context.read((trx) => read(context, trx, params.id));
    const { intake, patientId } = found;
    if (found.missing.length === 0 && intake?.about !== 'consents')
      throw new DomainError('guard-failed', {
        detail: 'Everything that must be signed is signed.',
        data: { guard: 'nothing-to-sign' },
      });
    if (intake === null) {
      const { id: intakeId } = await startIntake(context, { patientId, appointmentId: params.id, about: 'consents' });
      return { intakeId, asked: 'begun' as const };
    }
    if (!answeringStates.has(intake.state))
      throw new DomainError('guard-failed', {
        detail: 'The intake of this visit is with the clinic. Give the part “consents” back.',
        data: { guard: 'intake-with-clinic', intakeId: intake.id },
      });
    if (context.user.patientId === null)
      await actOnIntake(context, { intakeId: intake.id, action: 'resend-link', input: {} });
    return { intakeId: intake.id, asked: 'again' as const };
  },
});
