/**
 * Everything that says "task" is one table and one page. A task ends with an outcome from a list closed by its kind, so
 * that what came of the work can be counted.
 */
export const staffTaskOutcomes = {
  'late': ['seen-now', 'shortened', 'swapped', 'moved-later-today', 'rescheduled', 'cancelled', 'arrived'],
  'no-show': ['marked-no-show', 'arrived-after-all', 'rescheduled', 'cancelled'],
  'visit-left-open': ['completed', 'left-without-being-seen', 'corrected'],
  'displaced': ['rescheduled', 'cancelled-by-clinic', 'kept-with-another-resource', 'not-affected'],
  'call-patient': ['reached', 'left-message', 'not-reached', 'wrong-number', 'declined'],
  'zone-changed': ['rescheduled', 'kept', 'patient-informed'],
  'message-failed': ['reached-otherwise', 'address-corrected', 'not-reached'],
  'account-claim-code': ['code-told', 'link-sent-again', 'identity-not-proven', 'not-reached'],
  'offer-call': ['accepted', 'declined', 'not-reached'],
  're-triage': ['level-kept', 'level-changed', 'seen-now'],
  'walk-in-left-open': ['seen', 'left-without-being-seen', 'corrected'],
  'opening-unfilled': ['filled', 'left-open'],
  'arrange-interpreter': ['found', 'by-telephone', 'moved', 'not-possible'],
  'charge-reversal': ['reversed', 'kept'],
  'call-responder': ['reached', 'not-reached', 'no-number'],
  'intake-review': ['reviewed', 'reassigned'],
  'screen-incomplete': ['asked', 'not-reached', 'declined'],
  'other': ['done', 'not-possible'],
} as const satisfies Record<string, readonly string[]>; // prettier-ignore

export type StaffTaskKind = keyof typeof staffTaskOutcomes;

/** What anyone may open by hand; the others are opened by what makes them necessary. */
export const manualTaskKinds = ['call-patient', 'other'] as const;

/** A task that nobody needs any more can be closed as such, whatever its kind. */
const always = ['no-longer-needed'] as const;

export function outcomesOf(kind: string): readonly string[] {
  const own: readonly string[] | undefined = Object.hasOwn(staffTaskOutcomes, kind)
    ? staffTaskOutcomes[kind as StaffTaskKind]
    : undefined;
  return [...(own ?? staffTaskOutcomes.other), ...always];
}
