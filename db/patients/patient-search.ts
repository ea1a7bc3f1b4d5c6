/**
 * Finding people by the words of table patient_search. A prefix is a range on `token` (collation C): comparison operators
 * are leakproof, so the primary key serves them under row-level security, where LIKE and trigrams would not.
 */
import type { Trx } from '../connection.ts';
import type { PatientQuery } from '../../domain/patient/patient-query.ts';
import { searchWords } from '../../domain/patient/patient.ts';

/** Sorts after every character that a word can hold. */
const last = '\uffff';

/**
 * Brings the words of these patients to what their rows say now. Call it in the transaction of the change.
 * @param patientIds at most a few hundred at once (an import's batch)
 */
export async function indexPatientSearch(
  trx: Trx,
  organizationId: string,
  patientIds: readonly string[],
): Promise<void> {
  if (patientIds.length === 0) return;
  const ids = [...patientIds];
  const patients = await trx('patient')
    .whereIn('id', ids)
    .where({ organization_id: organizationId })
    .select<PatientWords[]>('id', 'mrn', 'family', 'given', 'chosen_name', 'birth_date', 'phone');
  const names = await trx('patient_name').whereIn('patient_id', ids).where({ organization_id: organizationId })
    .select<{ patient_id: string; family: string | null; given: string[] }[]>('patient_id', 'family', 'given'); // prettier-ignore
  const identifiers = await trx('patient_identifier').whereIn('patient_id', ids).where({ organization_id: organizationId })
    .select<{ patient_id: string; value: string }[]>('patient_id', 'value'); // prettier-ignore
  const words: [string, string][] = [];
  for (const patient of patients) {
    const found = searchWords({
      names: [patient, ...names.filter((name) => name.patient_id === patient.id)],
      chosenName: patient.chosen_name,
      mrn: patient.mrn,
      identifiers: identifiers.filter((row) => row.patient_id === patient.id).map((row) => row.value),
      birthDate: patient.birth_date,
      phones: patient.phone === null ? [] : [patient.phone],
    });
    for (const word of found) words.push([patient.id, word]);
  }
  await trx.raw(
    `WITH wanted AS (SELECT * FROM unnest(:patients::uuid[], :words::text[]) AS w(patient_id, token)),
          gone AS (DELETE FROM patient_search s WHERE s.organization_id = :organizationId AND s.patient_id = ANY(:ids::uuid[])
                   AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.patient_id = s.patient_id AND w.token = s.token COLLATE "C"))
     INSERT INTO patient_search (organization_id, token, patient_id)
     SELECT :organizationId, token, patient_id FROM wanted ON CONFLICT DO NOTHING`,
    { organizationId, ids, patients: words.map(([id]) => id), words: words.map(([, word]) => word) },
  );
}

interface PatientWords {
  id: string;
  mrn: string;
  family: string | null;
  given: string[];
  chosen_name: string | null;
  birth_date: string | null;
  phone: string | null;
}

export interface PatientPage {
  readonly query: PatientQuery;
  readonly limit: number;
  /** Where the last page ended: sort key and id. */
  readonly after?: { readonly key: string; readonly id: string } | undefined;
  readonly patientId?: string | undefined;
}

export interface FoundPatient {
  id: string;
  mrn: string;
  family: string | null;
  given: string[];
  chosen_name: string | null;
  birth_date: string | null;
  sex: string;
  language: string;
  phone: string | null;
  email: string | null;
  deceased: boolean;
  active: boolean;
  sort_key: string;
}

/** Everyone who matches every term, in the order of the index patient_order (family, first given name). One row more than `limit` says that there is more. */
export async function findPatients(trx: Trx, organizationId: string, page: PatientPage): Promise<FoundPatient[]> {
  const bindings: unknown[] = [organizationId];
  const conditions = page.query.map((prefixes) => {
    const ranges = prefixes.map((prefix) => {
      bindings.push(prefix, prefix + last);
      return '(s.token >= ? AND s.token < ?)';
    });
    bindings.push(organizationId);
    return `AND p.id IN (SELECT s.patient_id FROM patient_search s WHERE (${ranges.join(' OR ')}) AND s.organization_id = ?)`;
  });
  if (page.patientId !== undefined) {
    conditions.push('AND p.id = ?');
    bindings.push(page.patientId);
  }
  if (page.after !== undefined) bindings.push(page.after.key, page.after.id);
  const answer = await trx.raw<{ rows: FoundPatient[] }>(
    `SELECT * FROM (
       SELECT p.id, p.mrn, p.family, p.given, p.chosen_name, p.birth_date, p.sex, p.language, p.phone, p.email, p.deceased, p.active,
              left(lower(coalesce(p.family, '') || ' ' || coalesce(p.given[1], '')), 200) COLLATE "C" AS sort_key
       FROM patient p WHERE p.organization_id = ? ${conditions.join(' ')}) found
     ${page.after === undefined ? '' : 'WHERE (sort_key, id) > (?, ?)'}
     ORDER BY sort_key, id LIMIT ?`,
    [...bindings, page.limit + 1] as never,
  );
  return answer.rows;
}

export interface PossibleDuplicate {
  id: string;
  mrn: string;
  family: string | null;
  given: string[];
  chosen_name: string | null;
  birth_date: string | null;
}

/**
 * People who may be the same person: the same birth date and a name in common, or the same telephone or mail address and
 * a name in common. A hint for whoever registers, never a merge.
 */
export async function possibleDuplicates(
  trx: Trx,
  organizationId: string,
  person: {
    readonly id: string;
    readonly words: readonly string[];
    readonly birthDate: string | null;
    readonly phone: string | null;
    readonly email: string | null;
  },
): Promise<PossibleDuplicate[]> {
  if (person.words.length === 0) return [];
  const answer = await trx.raw<{ rows: PossibleDuplicate[] }>(
    `WITH same AS MATERIALIZED (
       SELECT s.patient_id FROM patient_search s WHERE s.organization_id = :organizationId
          AND s.token IN (:birthDate::text COLLATE "C", :phone::text COLLATE "C")
       UNION
       SELECT p.id FROM patient p WHERE p.organization_id = :organizationId AND p.email = :email)
     SELECT p.id, p.mrn, p.family, p.given, p.chosen_name, p.birth_date
     FROM same JOIN patient p ON p.id = same.patient_id
     WHERE p.id <> :id AND EXISTS (SELECT 1 FROM patient_search n WHERE n.organization_id = :organizationId
             AND n.patient_id = p.id AND n.token = ANY(:words::text[] COLLATE "C"))
     ORDER BY p.created_at, p.id LIMIT 5`,
    {
      organizationId,
      id: person.id,
      // A year alone is shared by too many to say anything.
      birthDate: person.birthDate !== null && person.birthDate.length === 10 ? person.birthDate : null,
      phone: person.phone === null ? null : person.phone.replace(/\D/g, ''),
      email: person.email,
      words: [...person.words],
    },
  );
  return answer.rows;
}
