/** A chart's person as a FHIR R4 Patient of US Core: what domain/patient/fhir-patient.ts reads is written here. */
import { formatName } from './patient.ts';
import { usCoreRaceAndEthnicity, type UsCoreExtension } from './race-ethnicity.ts';

export interface PatientToExport {
  readonly id: string;
  readonly mrn: string;
  readonly family: string | null;
  readonly given: readonly string[];
  readonly chosenName: string | null;
  readonly otherNames: readonly { readonly use: string; readonly family: string | null; readonly given: readonly string[] }[]; // prettier-ignore
  readonly birthDate: string | null;
  readonly sex: 'female' | 'male' | 'other' | 'unknown';
  readonly language: string;
  readonly deceased: boolean;
  readonly active: boolean;
  readonly email: string | null;
  readonly phone: string | null;
  readonly address: Readonly<Record<string, unknown>>;
  readonly formerAddresses: readonly Readonly<Record<string, unknown>>[];
  readonly identifiers: readonly { readonly system: string; readonly value: string }[];
  readonly contacts: readonly { readonly name: string; readonly relationship: string; readonly phone: string | null }[];
  /** Codes of the question of 2024; empty where nobody asked. */
  readonly raceEthnicity: readonly string[];
  readonly tribalAffiliation: string | null;
}

const usCoreTribe = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-tribal-affiliation';

interface TribeExtension {
  readonly url: string;
  readonly extension: readonly { readonly url: string; readonly valueCodeableConcept: { readonly text: string } }[];
}

/** What is unknown is left out: an empty element is no statement (FHIR R4, 2.6.2). */
export function patientToFhir(person: PatientToExport): Record<string, unknown> {
  const tribe: TribeExtension[] =
    person.tribalAffiliation === null
      ? []
      : [{ url: usCoreTribe, extension: [{ url: 'tribalAffiliation', valueCodeableConcept: { text: person.tribalAffiliation } }] }]; // prettier-ignore
  const extension: (UsCoreExtension | TribeExtension)[] = [...usCoreRaceAndEthnicity(person.raceEthnicity), ...tribe];
  const telecom = [
    ...(person.phone === null ? [] : [{ system: 'phone', value: person.phone }]),
    ...(person.email === null ? [] : [{ system: 'email', value: person.email }]),
  ];
  const address = [
    ...(Object.keys(person.address).length === 0 ? [] : [{ use: 'home', ...person.address }]),
    ...person.formerAddresses.map((former) => ({ use: 'old', ...former })),
  ];
  const resource = {
    resourceType: 'Patient',
    id: person.id,
    meta: { profile: ['http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient'] },
    extension,
    identifier: [
      { type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] }, system: 'urn:healthsphere:mrn', value: person.mrn }, // prettier-ignore
      ...person.identifiers.map(({ system, value }) => ({ system, value })),
    ],
    active: person.active,
    name: [
      name('official', person),
      ...(person.chosenName === null ? [] : [{ use: 'usual', text: person.chosenName, given: [person.chosenName] }]),
      ...person.otherNames.filter(({ use }) => use !== 'official').map((other) => name(other.use, other)),
    ],
    telecom,
    gender: person.sex,
    birthDate: person.birthDate,
    deceasedBoolean: person.deceased,
    address,
    contact: person.contacts.map((contact) => ({
      relationship: [{ text: contact.relationship }],
      name: { text: contact.name },
      ...(contact.phone !== null && { telecom: [{ system: 'phone', value: contact.phone }] }),
    })),
    communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: person.language }] }, preferred: true }],
  };
  return Object.fromEntries(
    Object.entries(resource).filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0)),
  );
}

const name = (use: string, of: { readonly family: string | null; readonly given: readonly string[] }) => ({
  use,
  text: formatName(of),
  ...(of.family !== null && { family: of.family }),
  ...(of.given.length > 0 && { given: [...of.given] }),
});
