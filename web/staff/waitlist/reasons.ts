/** Reasons that are offered to choose from; the word `other` asks for a sentence. */
export const declineReasons = ['time', 'too-soon', 'keeps-visit', 'not-needed', 'not-reached', 'other'] as const;
export const closeReasons = ['needed-by-clinic', 'practitioner-away', 'booked-otherwise', 'other'] as const;
export const pauseReasons = ['patient-request', 'away'] as const;
