/** Who does something, as every layer passes it on. Ids only: it travels through histories and audit rows. */
export interface Actor {
  readonly kind: 'staff' | 'patient' | 'system';
  /** `user:<uuid>` for a signed-in person, `patient:<uuid>` for a link from a message, `system:<what>` for a timer. */
  readonly ref: string;
  readonly userId?: string | undefined;
  /** The chart that a patient acts on; set for kind patient only. */
  readonly patientId?: string | undefined;
  readonly onBehalfOf?: string | undefined;
  readonly permissions: readonly string[];
  readonly sessionId?: string | undefined;
  readonly requestId?: string | undefined;
  readonly ip?: string | undefined;
  readonly purpose?: string | undefined;
}

export const systemActor = (what: string): Actor => ({ kind: 'system', ref: `system:${what}`, permissions: [] });
