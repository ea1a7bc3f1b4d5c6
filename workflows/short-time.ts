/** `2026-11-23 15:00 UTC`, for the engine's pages. */
export const shortTime = (instant: string): string => `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
