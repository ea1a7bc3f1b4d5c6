/**
 * The link that opened an intake, while the page lives: with it the session is opened again when it has ended. It is a key,
 * so it is kept in memory and nowhere else; after a reload the message has it.
 */
const tokens = new Map<string, string>();

export const rememberLink = (intakeId: string, token: string): void => void tokens.set(intakeId, token);
export const linkTokenOf = (intakeId: string): string | null => tokens.get(intakeId) ?? null;
