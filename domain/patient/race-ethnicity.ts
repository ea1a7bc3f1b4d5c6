/**
 * Race and ethnicity: one question with seven groups (OMB SPD-15, 2024) as it was answered, and the pair of questions of
 * 1997 that US Core still exchanges (hl7.org/fhir/us/core, us-core-race and us-core-ethnicity). Detail codes: CDC Race and
 * Ethnicity, urn:oid:2.16.840.1.113883.6.238.
 */
const cdc = 'urn:oid:2.16.840.1.113883.6.238';
const nullFlavor = 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor';

export const raceGroups = [
  'american-indian',
  'asian',
  'black',
  'hispanic',
  'middle-eastern',
  'pacific-islander',
  'white',
] as const;
export type RaceGroup = (typeof raceGroups)[number];
export const isRaceGroup = (code: string): code is RaceGroup => (raceGroups as readonly string[]).includes(code);

interface CodedConcept {
  readonly system: string;
  readonly code: string;
  readonly display: string;
}
const concept = (code: string, display: string): CodedConcept => ({ system: cdc, code, display });

const white = concept('2106-3', 'White');
/** Under the standard of 1997 people of the Middle East and North Africa are counted as White; the group stays as a detail. */
const races: Readonly<Record<Exclude<RaceGroup, 'hispanic'>, { omb: CodedConcept; detail?: CodedConcept }>> = {
  'american-indian': { omb: concept('1002-5', 'American Indian or Alaska Native') },
  asian: { omb: concept('2028-9', 'Asian') },
  black: { omb: concept('2054-5', 'Black or African American') },
  'middle-eastern': { omb: white, detail: concept('2118-8', 'Middle Eastern or North African') },
  'pacific-islander': { omb: concept('2076-8', 'Native Hawaiian or Other Pacific Islander') },
  white: { omb: white },
};
const hispanic = concept('2135-2', 'Hispanic or Latino');
const notHispanic = concept('2186-5', 'Not Hispanic or Latino');
const declinedToSay: CodedConcept = { system: nullFlavor, code: 'ASKU', display: 'Asked but no answer' };
const unknown: CodedConcept = { system: nullFlavor, code: 'UNK', display: 'Unknown' };

export interface RaceAndEthnicity {
  readonly race: { readonly ombCategory: readonly CodedConcept[]; readonly detailed: readonly CodedConcept[]; readonly text: string }; // prettier-ignore
  readonly ethnicity: { readonly ombCategory: CodedConcept; readonly text: string };
}

/**
 * @param answered codes of the one question, `asked-declined` alone for who chose not to say; empty: nobody asked
 * @returns null when nobody asked. Who chose other groups and not Hispanic has said they are not (OMB, bridging 2024)
 */
export function toOmb1997(answered: readonly string[]): RaceAndEthnicity | null {
  if (answered.includes('asked-declined')) {
    const text = 'Chose not to say';
    return {
      race: { ombCategory: [declinedToSay], detailed: [], text },
      ethnicity: { ombCategory: declinedToSay, text },
    };
  }
  const groups = raceGroups.filter((group) => answered.includes(group));
  if (groups.length === 0) return null;
  const named = groups.filter((group) => group !== 'hispanic').map((group) => races[group]);
  const categories = [...new Set(named.map(({ omb }) => omb))];
  const ethnicity = groups.includes('hispanic') ? hispanic : notHispanic;
  const words = named.map(({ omb, detail }) => (detail ?? omb).display);
  return {
    race: {
      // Who is Hispanic and nothing else has no race in the sense of 1997.
      ombCategory: categories.length === 0 ? [unknown] : categories,
      detailed: named.flatMap(({ detail }) => detail ?? []),
      text: words.length === 0 ? 'Unknown' : words.join(', '),
    },
    ethnicity: { ombCategory: ethnicity, text: ethnicity.display },
  };
}

export interface UsCoreExtension {
  readonly url: string;
  readonly valueCoding?: CodedConcept;
  readonly valueString?: string;
  readonly extension?: readonly UsCoreExtension[];
}

const usCore = 'http://hl7.org/fhir/us/core/StructureDefinition/';

/** The two extensions of a US Core Patient; none when nobody asked. */
export function usCoreRaceAndEthnicity(answered: readonly string[]): readonly UsCoreExtension[] {
  const pair = toOmb1997(answered);
  if (pair === null) return [];
  const { race, ethnicity } = pair;
  return [
    {
      url: `${usCore}us-core-race`,
      extension: [
        ...race.ombCategory.map((valueCoding) => ({ url: 'ombCategory', valueCoding })),
        ...race.detailed.map((valueCoding) => ({ url: 'detailed', valueCoding })),
        { url: 'text', valueString: race.text },
      ],
    },
    {
      url: `${usCore}us-core-ethnicity`,
      extension: [
        { url: 'ombCategory', valueCoding: ethnicity.ombCategory },
        { url: 'text', valueString: ethnicity.text },
      ],
    },
  ];
}
