/** A patient as the API shows them. */
import { z } from 'zod';
import type { Trx } from '../../db/connection.ts';
import type { FoundPatient } from '../../db/patients/patient-search.ts';
import type { PatientRow } from '../../db/patients/patients.ts';
import { payerClasses } from '../../domain/appointment/charge.ts';
import { DomainError } from '../../domain/errors.ts';
import { formatName } from '../../domain/patient/patient.ts';
import { id } from '../schemas.ts';

export const nameUse = z.enum(['usual', 'official', 'temp', 'nickname', 'anonymous', 'old', 'maiden']);
export const sex = z.enum(['female', 'male', 'other', 'unknown']);
export const consentChannel = z.enum(['email', 'sms', 'push', 'phone', 'post']);
export const consentCategory = z.enum(['appointment', 'account', 'marketing']);

export const humanName = z.object({ given: z.array(z.string()), family: z.string().nullable(), text: z.string() });

export const patientListItem = z.object({
  id,
  mrn: z.string(),
  name: humanName,
  chosenName: z.string().nullable(),
  birthDate: z.string().nullable(),
  sex,
  language: z.string(),
  phone: z.string().nullable(),
  email: z.string().nullable(),
  deceased: z.boolean(),
  active: z.boolean(),
});

export const possibleDuplicate = z.object({ id, mrn: z.string(), name: humanName, birthDate: z.string().nullable() });

export const patient = patientListItem.extend({
  timeZone: z.string().nullable(),
  deceasedAt: z.string().nullable(),
  address: z.record(z.string(), z.unknown()),
  interpreterNeeded: z.boolean(),
  payerClass: z.enum(payerClasses).nullable(),
  highRisk: z.boolean(),
  names: z.array(humanName.extend({ id, use: nameUse, prefix: z.array(z.string()), suffix: z.array(z.string()) })),
  identifiers: z.array(z.object({ id, system: z.string(), value: z.string(), type: z.string().nullable() })),
  contacts: z.array(
    z.object({
      id,
      relationship: z.string(),
      name: z.string(),
      phone: z.string().nullable(),
      email: z.string().nullable(),
      emergency: z.boolean(),
    }),
  ),
  /** The newest word on each channel and category. */
  consents: z.array(
    z.object({ channel: consentChannel, category: consentCategory, permitted: z.boolean(), at: z.string() }),
  ),
  account: z.object({ state: z.enum(['none', 'invited', 'active']) }),
  version: z.int(),
});

interface NameLike {
  readonly given: readonly string[];
  readonly family: string | null;
  readonly chosen_name?: string | null;
}

export const toName = (row: NameLike): z.output<typeof humanName> => ({
  given: [...row.given],
  family: row.family,
  text: formatName(row, row.chosen_name),
});

export const toListItem = (row: FoundPatient | PatientRow): z.output<typeof patientListItem> => ({
  id: row.id,
  mrn: row.mrn,
  name: toName(row),
  chosenName: row.chosen_name,
  birthDate: row.birth_date,
  sex: row.sex as z.output<typeof sex>,
  language: row.language,
  phone: row.phone,
  email: row.email,
  deceased: row.deceased,
  active: row.active,
});

interface ChartRow extends PatientRow {
  names: z.output<typeof patient>['names'];
  identifiers: z.output<typeof patient>['identifiers'];
  contacts: z.output<typeof patient>['contacts'];
  consents: z.output<typeof patient>['consents'];
  account_state: 'none' | 'invited' | 'active';
}

/** One statement. @throws DomainError `not-found` */
export async function readPatient(
  trx: Trx,
  organizationId: string,
  patientId: string,
): Promise<z.output<typeof patient>> {
  const { rows } = await trx.raw<{ rows: ChartRow[] }>(
    `SELECT p.*,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', n.id, 'use', n.use, 'family', n.family, 'given', n.given, 'prefix', n.prefix, 'suffix', n.suffix)
          ORDER BY n.use <> 'official', n.created_at, n.id), '[]') FROM patient_name n WHERE n.patient_id = p.id) AS names,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', i.id, 'system', i.system, 'value', i.value, 'type', i.type) ORDER BY i.created_at, i.id), '[]')
          FROM patient_identifier i WHERE i.patient_id = p.id) AS identifiers,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'relationship', c.relationship, 'name', c.name, 'phone', c.phone, 'email', c.email, 'emergency', c.emergency)
          ORDER BY c.emergency DESC, c.created_at, c.id), '[]') FROM patient_contact c WHERE c.patient_id = p.id) AS contacts,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('channel', k.channel, 'category', k.category, 'permitted', k.permitted, 'at', k.at) ORDER BY k.category, k.channel), '[]')
          FROM (SELECT DISTINCT ON (channel, category) * FROM contact_consent k WHERE k.patient_id = p.id ORDER BY channel, category, id DESC) k) AS consents,
       CASE WHEN EXISTS (SELECT 1 FROM app_user u WHERE u.patient_id = p.id AND u.disabled_at IS NULL) THEN 'active'
            WHEN EXISTS (SELECT 1 FROM access_link l WHERE l.patient_id = p.id AND l.kind = 'account-claim' AND l.used_at IS NULL AND l.revoked_at IS NULL
                         AND l.expires_at > clock_timestamp()) THEN 'invited' ELSE 'none' END AS account_state
     FROM patient p WHERE p.id = ? AND p.organization_id = ?`,
    [patientId, organizationId],
  );
  const row = rows[0];
  if (row === undefined) throw new DomainError('not-found');
  return {
    ...toListItem(row),
    timeZone: row.time_zone,
    deceasedAt: row.deceased_at?.toISOString() ?? null,
    address: row.address,
    interpreterNeeded: row.interpreter_needed,
    payerClass: row.payer_class,
    highRisk: row.high_risk,
    names: row.names.map((name) => ({ ...name, text: formatName(name) })),
    identifiers: row.identifiers,
    contacts: row.contacts,
    consents: row.consents.map((consent) => ({ ...consent, at: new Date(consent.at).toISOString() })),
    account: { state: row.account_state },
    version: row.version,
  };
}

/** A patient reads the own chart without what staff note about the risk of a missed visit. */
export function asPatientSees(chart: z.output<typeof patient>): z.output<typeof patient> {
  return { ...chart, highRisk: false };
}
