import { z } from 'zod';
import type { PatientRow } from '../../db/patients/patients.ts';
import { DomainError } from '../../domain/errors.ts';
import { patientToFhir } from '../../domain/patient/fhir-patient-export.ts';
import { requireChart } from '../patients/own-chart.ts';
import { route } from '../route.ts';
import { idParams } from '../schemas.ts';

interface NameRow {
  readonly use: string;
  readonly family: string | null;
  readonly given: string[];
}

export const exportPatient = route({
  method: 'GET',
  path: '/patients/:id/fhir',
  summary: 'The person as a FHIR R4 Patient of US Core, race and ethnicity by the standard of 1997',
  params: idParams,
  answer: z.record(z.string(), z.unknown()),
  policy: { action: 'patient:read' },
  audit: { read: 'patient:export', entity: 'patient' },
  handler: async (context, { params }) => {
    requireChart(context, 'patient:read', params.id);
    return context.read(async (trx) => {
      const of = { patient_id: params.id };
      const row = await trx('patient').where({ id: params.id }).first<PatientRow | undefined>();
      if (row === undefined) throw new DomainError('not-found');
      const said = await trx('patient_demographics')
        .where(of)
        .whereNull('superseded_at')
        .orderBy('recorded_at', 'desc')
        .first<{ race_ethnicity: string[]; tribal_affiliation: string | null } | undefined>('race_ethnicity', 'tribal_affiliation'); // prettier-ignore
      const former = await trx('patient_address').where({ ...of, use: 'old' }).whereNull('superseded_at').orderBy('recorded_at').select<{ address: Record<string, unknown> }[]>('address'); // prettier-ignore
      return patientToFhir({
        id: row.id,
        mrn: row.mrn,
        family: row.family,
        given: row.given,
        chosenName: row.chosen_name,
        otherNames: await trx('patient_name').where(of).orderBy(['created_at', 'id']).select<NameRow[]>('use', 'family', 'given'), // prettier-ignore
        birthDate: row.birth_date,
        sex: row.sex,
        language: row.language,
        deceased: row.deceased,
        active: row.active,
        email: row.email,
        phone: row.phone,
        address: row.address,
        formerAddresses: former.map(({ address }) => address),
        identifiers: await trx('patient_identifier').where(of).orderBy(['created_at', 'id']).select<{ system: string; value: string }[]>('system', 'value'), // prettier-ignore
        contacts: await trx('patient_contact').where(of).orderBy(['created_at', 'id']).select<{ name: string; relationship: string; phone: string | null }[]>('name', 'relationship', 'phone'), // prettier-ignore
        raceEthnicity: said?.race_ethnicity ?? [],
        tribalAffiliation: said?.tribal_affiliation ?? null,
      });
    });
  },
});
