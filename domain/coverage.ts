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
