/** Insurance as it was captured (scheduling-intake.md D3, step 5): its words, and how its answers are read. */

export const coveragePositions = ['primary', 'secondary'] as const;
export type CoveragePosition = (typeof coveragePositions)[number];

export const coverageRelations = ['self', 'spouse', 'child', 'other'] as const;
export type CoverageRelation = (typeof coverageRelations)[number];

export const coverageStatuses = ['captured', 'verified', 'inactive', 'cancelled'] as const;
export type CoverageStatus = (typeof coverageStatuses)[number];

/** The word that counts now. `not-asked`: nobody is connected who could be asked. */
export const eligibilityWords = ['pending', 'eligible', 'inactive', 'error', 'not-asked'] as const;
export type EligibilityWord = (typeof eligibilityWords)[number];

/** What the card says. Dates `YYYY-MM-DD`. */
export interface CoverageFacts {
  readonly position: CoveragePosition;
  readonly payerName: string;
  readonly memberId: string;
  readonly groupNumber: string | null;
  readonly planName: string | null;
  readonly relation: CoverageRelation;
  /** The patient, where the relation is self. */
  readonly subscriberName: string | null;
  readonly subscriberBirthDate: string | null;
  readonly startsOn: string | null;
  readonly endsOn: string | null;
  readonly frontDocumentId: string | null;
  readonly backDocumentId: string | null;
}

/** As it is compared and asked: cards print spaces and dashes that payers do not know. */
export const plainMemberId = (memberId: string): string => memberId.toUpperCase().replace(/[^A-Z0-9]/g, '');

interface AnswerMap {
  readonly [linkId: string]: readonly unknown[] | undefined;
}

const first = (answers: AnswerMap, linkId: string): unknown =>
  Object.hasOwn(answers, linkId) ? answers[linkId]?.[0] : undefined;
const text = (answers: AnswerMap, linkId: string): string | null => {
  const value = first(answers, linkId);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
};
const code = (answers: AnswerMap, linkId: string): string | null => {
  const value = first(answers, linkId) as { readonly code?: unknown } | undefined;
  return typeof value?.code === 'string' ? value.code : null;
};
const documentId = (answers: AnswerMap, linkId: string): string | null => {
  const value = first(answers, linkId) as { readonly documentId?: unknown } | undefined;
  return typeof value?.documentId === 'string' ? value.documentId : null;
};

export interface InsuranceSaid {
  /** `not-sure`: nothing is known, and what is on file stays. */
  readonly has: 'yes' | 'no' | 'not-sure';
  readonly coverages: readonly CoverageFacts[];
}

/** What the answers of step `insurance` say (domain/questionnaire/content/insurance.ts). */
export function insuranceSaid(answers: AnswerMap): InsuranceSaid {
  const has = code(answers, 'insurance.has');
  if (has !== 'yes') return { has: has === 'no' ? 'no' : 'not-sure', coverages: [] };
  const second = first(answers, 'insurance.has-second') === true;
  const coverages = [
    factsOf(answers, 'insurance', 'primary'),
    ...(second ? [factsOf(answers, 'insurance2', 'secondary')] : []),
  ];
  return { has: 'yes', coverages: coverages.filter((facts) => facts !== null) };
}

/** @returns null where payer or member number is missing: there is nothing to ask about */
function factsOf(answers: AnswerMap, id: string, position: CoveragePosition): CoverageFacts | null {
  const [payerName, memberId] = [text(answers, `${id}.payer`), text(answers, `${id}.member-id`)];
  if (payerName === null || memberId === null) return null;
  const said = code(answers, `${id}.relation`);
  const relation = coverageRelations.find((known) => known === said) ?? 'self';
  const born = text(answers, `${id}.subscriber-birth-date`);
  const other = relation !== 'self';
  return {
    position,
    payerName,
    memberId,
    groupNumber: text(answers, `${id}.group`),
    planName: null,
    relation,
    subscriberName: other ? text(answers, `${id}.subscriber-name`) : null,
    subscriberBirthDate: other && /^\d{4}-\d{2}-\d{2}$/.test(born ?? '') ? born : null,
    startsOn: null,
    endsOn: null,
    frontDocumentId: documentId(answers, `${id}.card-front`),
    backDocumentId: documentId(answers, `${id}.card-back`),
  };
}
