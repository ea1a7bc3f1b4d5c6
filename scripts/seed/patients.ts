/**
 * The synthetic clinic's patients, as FHIR R4 NDJSON: nobody real. Names and mail addresses are made up (example domains,
 * RFC 2606; telephone numbers 555-01xx, set aside for fiction), and the same on every machine.
 */
import { seededRandom, type Random } from './random.ts';

/** Identifier system of the synthetic people; the value is `p-<n>`. */
export const seedIdentifierSystem = 'https://healthsphere.example/synthetic';
/** Whose account patient@demo.healthsphere.example opens. */
export const demoPatientIdentifier = 'p-1';
export const demoPatientName = 'Elena Marín';
export const patientCount = 60;

type Json = Record<string, unknown>;

interface Origin {
  readonly languages: readonly string[];
  readonly female: readonly string[];
  readonly male: readonly string[];
  readonly families: readonly string[];
}

const origins: readonly Origin[] = [
  {
    languages: ['en', 'en-US'],
    female: ['Grace', 'Hannah', 'Olivia', 'Ruth', 'Maeve', 'Denise', 'Charlotte', 'Siobhán'],
    male: ['Walter', 'Marcus', 'Henry', 'Theo', 'Dwayne', 'Patrick', 'Isaac', 'Leon'],
    families: ['Whitfield', 'O’Brien', 'Baker', 'Okafor', 'Sinclair', 'Hughes', 'Freeman', 'Ó Súilleabháin'],
  },
  {
    languages: ['es', 'es-MX', 'es-PR'],
    female: ['Inés', 'Lucía', 'María José', 'Ximena', 'Rocío', 'Begoña'],
    male: ['Andrés', 'Ángel', 'José María', 'Joaquín', 'Iñaki', 'Raúl'],
    families: ['Muñoz Peña', 'Casares', 'García Márquez', 'Ibáñez', 'Núñez', 'Ordóñez Ruiz'],
  },
  {
    languages: ['pl', 'de', 'fr', 'pt-BR', 'vi', 'zh-Hans', 'ht', 'tr'],
    female: ['Zoë', 'Łucja', 'Élodie', 'Conceição', 'Nguyệt', 'Øyvor', 'Şebnem'],
    male: ['Jürgen', 'Włodzimierz', 'François', 'João', 'Đức', 'Søren', 'Çağrı'],
    families: ['Groß', 'Wiśniewska', 'Lefèvre', 'Gonçalves', 'Nguyễn', 'Åkesson', 'Yıldız', 'Kovač'],
  },
];

const cities = [
  { city: 'Brooklyn', state: 'NY', postalCode: '11201', area: '718' },
  { city: 'New York', state: 'NY', postalCode: '10027', area: '212' },
  { city: 'Chicago', state: 'IL', postalCode: '60614', area: '312' },
  { city: 'Evanston', state: 'IL', postalCode: '60201', area: '847' },
] as const;
const streets = ['Maple Street', 'Canal Street', 'Hudson Avenue', 'Lake Shore Drive', 'Willow Lane'] as const;

/** One line a patient. */
export function patientsNdjson(demoEmail: string): string {
  const random = seededRandom(20_270_317);
  const people = Array.from({ length: patientCount }, (_, index) => person(random, index + 1));
  return people.map((patient) => `${JSON.stringify({ ...patient, ...special(patient, demoEmail) })}\n`).join('');
}

function person(random: Random, n: number): Json {
  // Half speak English, a third Spanish: what a clinic by the river sees.
  const origin = random.pick([0, 0, 0, 1, 1, 2].map((at) => origins[at]!));
  const gender = random.pick(['female', 'male'] as const);
  const given = random.pick(gender === 'female' ? origin.female : origin.male);
  const family = random.pick(origin.families);
  const place = random.pick(cities);
  const two = (value: number): string => String(value).padStart(2, '0');
  return {
    resourceType: 'Patient',
    identifier: [{ system: seedIdentifierSystem, value: `p-${n}` }],
    name: [{ use: 'official', family, given: given.split(' ') }],
    gender,
    birthDate: `${random.between(1936, 2004)}-${two(random.between(1, 12))}-${two(random.between(1, 28))}`,
    telecom: [
      { system: 'email', value: `patient${n}@example.org` },
      { system: 'phone', use: 'mobile', value: `+1${place.area}55501${two(n % 100)}` },
    ],
    address: [
      {
        use: 'home',
        line: [`${random.between(1, 900)} ${random.pick(streets)}`],
        city: place.city,
        state: place.state,
        postalCode: place.postalCode,
        country: 'US',
      },
    ],
    communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: random.pick(origin.languages) }] } }],
  };
}

const language = (code: string): Json => ({
  communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code }] }, preferred: true }],
});

const guardian = (given: string, family: string): Json => ({
  contact: [
    {
      relationship: [{ coding: [{ code: 'GUARD', display: 'Guardian' }] }],
      name: { given: [given], family },
      telecom: [{ system: 'phone', value: '+12125550199' }],
    },
  ],
});

/** The people every screen must cope with, each at a place of their own. */
function special(patient: Json, demoEmail: string): Json {
  const number = Number((patient['identifier'] as { value: string }[])[0]!.value.slice(2));
  const name = (given: string[], family: string, more: Json = {}) => ({
    name: [{ use: 'official', family, given, ...more }],
  });
  switch (number) {
    case 1:
      return {
        ...name(['Elena'], 'Marín'),
        gender: 'female',
        birthDate: '1986-04-12',
        telecom: [
          { system: 'email', value: demoEmail },
          { system: 'phone', use: 'mobile', value: '+12125550101' },
        ],
        ...language('en'),
      };
    case 2:
      return { ...name(['María', 'Guadalupe'], 'Hernández Ríos'), gender: 'female', ...language('es-MX') };
    // A married name, and the one on older papers.
    case 3:
      return {
        name: [
          { use: 'official', family: 'Nowak-Łukasiewicz', given: ['Zofia'] },
          { use: 'maiden', family: 'Łukasiewicz', given: ['Zofia'] },
        ],
        gender: 'female',
        ...language('pl'),
      };
    case 4:
      return { deceasedDateTime: '2025-11-02T04:10:00-05:00' };
    // Neither mail nor telephone: served through staff tasks.
    case 5:
      return { ...name(['Alma'], 'Whitfield'), gender: 'female', birthDate: '1938-09-30', telecom: [] };
    // Only month and year are known.
    case 6:
      return { birthDate: '1951-06' };
    case 7:
      return { birthDate: undefined };
    case 8:
      return { ...name(['Søren', 'Åge'], 'Kierulff'), gender: 'male', ...language('da') };
    // A telephone and no mail.
    case 9:
      return { telecom: [{ system: 'phone', use: 'home', value: '(718) 555-0109' }] };
    case 10:
      return { ...name(['Thị', 'Ngọc'], 'Nguyễn'), gender: 'female', ...language('vi') };
    // Goes by another name than the papers say.
    case 11:
      return {
        name: [
          { use: 'official', family: 'Sinclair', given: ['Robert'] },
          { use: 'usual', family: 'Sinclair', given: ['Robin'] },
        ],
        gender: 'other',
      };
    // Twins, who are told apart by their given names only.
    case 12:
      return {
        ...name(['Ana'], 'Ibáñez'),
        gender: 'female',
        birthDate: '2016-05-20',
        ...language('es'),
        ...guardian('Lucía', 'Ibáñez'),
      };
    case 13:
      return {
        ...name(['Eva'], 'Ibáñez'),
        gender: 'female',
        birthDate: '2016-05-20',
        ...language('es'),
        ...guardian('Lucía', 'Ibáñez'),
      };
    case 14:
      return { ...name(['Theo'], 'Okafor'), gender: 'male', birthDate: '2019-02-28', ...guardian('Ngozi', 'Okafor') };
    // Born on a leap day.
    case 15:
      return { ...name(['Leon'], 'Baker'), gender: 'male', birthDate: '1980-02-29' };
    case 16:
      return { ...name(['José', 'María'], 'Casares'), gender: 'male', birthDate: '1974-03-03', ...language('es') };
    // A language without a translation here: the fallback is recorded.
    case 17:
      return language('zh-Hans');
    case 18:
      return { active: false };
    default:
      return {};
  }
}
