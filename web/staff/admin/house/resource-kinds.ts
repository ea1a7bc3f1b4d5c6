/** What can be kept in a pool besides practitioners. */
export const resourceKinds = ['room', 'equipment', 'interpreter'] as const;
export type ResourceKind = (typeof resourceKinds)[number];
