/** Charts as records to compare, and which charts are worth comparing (D3 "Duplicates": blocking). */
import type { IdentityName, IdentityRecord } from '../../domain/identity/identity-matching.ts';
import { fold } from '../../domain/patient/patient.ts';
import type { Trx } from '../connection.ts';

/** More than this share a birth date or a name: who shares two things comes first. */
const most = 300;

/**
 * Charts that share a birth date (or the same with day and month swapped), a telephone, a mail address, a member number,
 * an identifier's value, or two words of their names. Without the chart itself and those that went into others.
 */
export async function candidatesFor(trx: Trx, organizationId: string, patientId: string): Promise<string[]> {
  const person = await trx('patient')
    .where({ id: patientId, organization_id: organizationId })
    .first<{ birth_date: string | null; phone: string | null; email: string | null } | undefined>('birth_date', 'phone', 'email'); // prettier-ignore
  if (person === undefined) return [];
  const { birth_date: birth, phone, email } = person;
  const whole = birth?.length === 10 ? birth : null;
  const answer = await trx.raw<{ rows: { id: string }[] }>(
    `WITH word AS MATERIALIZED (
       SELECT s.token FROM patient_search s WHERE s.organization_id = :organizationId AND s.patient_id = :patientId
         AND s.token !~ '[0-9]' AND length(s.token) > 1),
     shared AS (
       SELECT s.patient_id AS id, 3 AS weight FROM patient_search s
         WHERE s.organization_id = :organizationId AND s.token = ANY(CAST(:exact AS text[]) COLLATE "C")
       UNION ALL SELECT p.id, 3 FROM patient p WHERE p.organization_id = :organizationId AND p.email = :email
       UNION ALL SELECT s.patient_id, 2 FROM patient_search s JOIN word w ON w.token = s.token
         WHERE s.organization_id = :organizationId GROUP BY s.patient_id HAVING count(*) >= 2
       UNION ALL SELECT o.patient_id, 3 FROM coverage c JOIN coverage o ON o.organization_id = c.organization_id
         AND o.member_id_digest = c.member_id_digest WHERE c.organization_id = :organizationId AND c.patient_id = :patientId
       UNION ALL SELECT o.patient_id, 3 FROM patient_identifier i JOIN patient_identifier o ON o.organization_id = i.organization_id
         AND o.value = i.value WHERE i.organization_id = :organizationId AND i.patient_id = :patientId)
     SELECT s.id FROM shared s JOIN patient p ON p.id = s.id
     WHERE s.id <> :patientId AND p.merged_into IS NULL
     GROUP BY s.id ORDER BY sum(s.weight) DESC, s.id LIMIT ${most}`,
    {
      organizationId,
      patientId,
      email,
      exact: [
        ...(whole === null ? [] : [whole, `${whole.slice(0, 4)}-${whole.slice(8)}-${whole.slice(5, 7)}`]),
        ...(phone === null ? [] : [phone.replace(/\D/g, '')]),
      ],
    },
  );
  return answer.rows.map(({ id }) => id);
}

/** National ids are identifiers of these FHIR types (HL7 v2-0203); others are a house's own numbers. */
const nationalTypes = new Set(['SS', 'NI', 'NNxxx', 'PPN']);
const isNational = (type: string | null, system: string): boolean =>
  nationalTypes.has(type ?? '') || /us-ssn|national/i.test(system);

export async function identityRecords(
  trx: Trx,
  organizationId: string,
  ids: readonly string[],
): Promise<IdentityRecord[]> {
  const of = { organization_id: organizationId };
  const patients = await trx('patient').whereIn('id', [...ids]).where(of).orderBy('id')
    .select<PatientColumns[]>('id', 'family', 'given', 'chosen_name', 'birth_date', 'phone', 'email', 'address'); // prettier-ignore
  const names = await trx('patient_name').whereIn('patient_id', [...ids]).where(of).orderBy('id')
    .select<{ patient_id: string; family: string | null; given: string[] }[]>('patient_id', 'family', 'given'); // prettier-ignore
  const identifiers = await trx('patient_identifier').whereIn('patient_id', [...ids]).where(of).orderBy('id')
    .select<{ patient_id: string; system: string; value: string; type: string | null }[]>('patient_id', 'system', 'value', 'type'); // prettier-ignore
  const coverages = await trx('coverage').whereIn('patient_id', [...ids]).where(of).whereNot({ status: 'cancelled' }).orderBy('id')
    .select<{ patient_id: string; member_id_digest: string; status: string; eligibility: string }[]>('patient_id', 'member_id_digest', 'status', 'eligibility'); // prettier-ignore
  return patients.map((patient) => {
    const own = <T extends { patient_id: string }>(rows: readonly T[]): T[] =>
      rows.filter((row) => row.patient_id === patient.id);
    const text = (key: string): string | null => (typeof patient.address[key] === 'string' ? patient.address[key] : null);
    const line = patient.address['line'];
    return {
      id: patient.id,
      names: namesOf(patient, own(names)),
      birthDate: patient.birth_date,
      address: Array.isArray(line) ? line.join(' ') : typeof line === 'string' ? line : null,
      suburb: text('city'),
      postcode: text('postalCode'),
      state: text('state'),
      // Nobody has answered from this telephone yet; a mail address is not a strong id (D3).
      phones: patient.phone === null ? [] : [{ value: patient.phone, verified: false }],
      emails: patient.email === null ? [] : [patient.email],
      nationalIds: own(identifiers)
        .filter(({ type, system }) => isNational(type, system))
        .map(({ value }) => ({ value, verified: true })),
      // The payer has confirmed the plan, or staff have seen the card.
      memberIds: own(coverages).map((row) => ({
        value: row.member_id_digest,
        verified: row.status === 'verified' || row.eligibility === 'eligible',
      })),
    };
  }); // prettier-ignore
}

interface PatientColumns {
  id: string;
  family: string | null;
  given: string[];
  chosen_name: string | null;
  birth_date: string | null;
  phone: string | null;
  email: string | null;
  address: Record<string, unknown>;
}

function namesOf(
  patient: PatientColumns,
  rows: readonly { family: string | null; given: string[] }[],
): readonly IdentityName[] {
  const chosen = patient.chosen_name !== null && fold(patient.chosen_name) !== '' ? [patient.chosen_name] : [];
  return [
    { given: patient.given.join(' '), surname: patient.family },
    ...rows.map((row) => ({ given: row.given.join(' '), surname: row.family })),
    ...chosen.map((given) => ({ given, surname: patient.family })),
  ];
}
