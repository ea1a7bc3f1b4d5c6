import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Logger } from 'pino';
import type { VideoRooms } from '../activities/adapters/video-sandbox.ts';
import type { Actor } from '../domain/actor.ts';
import type { Action, Role } from '../domain/access.ts';
import type { Db, Trx } from '../db/connection.ts';
import type { FieldSecrets } from '../db/field-secrets.ts';
import type { OperationKey } from '../db/transaction.ts';
import type { Config } from '../config.ts';
import type { DocumentStore } from '../documents/store.ts';
import type { KeyRing } from '../keys.ts';
import type { ChangeEvents } from './events.ts';
import type { Passwords } from './sign-in/passwords.ts';
import type { RateLimits } from './rate-limits.ts';
import type { SlotGate } from './appointments/slot-gate.ts';
import type { TemporalGateway } from './temporal/temporal.ts';

/** What the API process is made of; built once in api/main.ts, passed everywhere, no singletons. */
export interface ApiPorts {
  readonly config: Config<'api' | 'auditor'>;
  readonly keys: KeyRing;
  /** Role api: reads everything of the organization in context, writes records and access tables. */
  readonly db: Db;
  /** Role auditor: audit rows and seals. */
  readonly auditDb: Db;
  readonly temporal: TemporalGateway;
  readonly log: Logger;
  readonly passwords: Passwords;
  readonly limits: RateLimits;
  readonly events: ChangeEvents;
  /** One attempt at a time for one start with one practitioner. */
  readonly slots: SlotGate;
  /** Who gives rooms for visits by video; null where nobody does, and such visits go on by telephone. */
  readonly video: VideoRooms | null;
  /** Seals and opens single fields. */
  readonly secrets: FieldSecrets;
  readonly documents: DocumentStore;
}

export interface SessionUser {
  readonly sessionId: string;
  readonly organizationId: string;
  readonly userId: string;
  readonly client: 'browser' | 'token';
  readonly kind: 'staff' | 'patient';
  readonly displayName: string;
  readonly email: string;
  readonly locale: string;
  readonly patientId: string | null;
  /** Set for a session that a link to an intake opened: it may do nothing but this intake, and `userId` is nobody’s. */
  readonly intakeId: string | null;
  /** Whose link it was, where a guardian acts for the patient. */
  readonly guardianId: string | null;
  readonly demo: boolean;
  readonly roles: readonly Role[];
  readonly permissions: ReadonlySet<Action>;
  readonly steppedUpAt: Date | null;
  /** Gave a password or code within the last 10 minutes, by database time. */
  readonly steppedUp: boolean;
  /** Must set up a second factor before anything else; holds no permission until then. */
  readonly enrolmentOnly: boolean;
  readonly expiresAt: Date;
}

/** A body that is a file; see `upload` of route.ts. */
export interface Upload {
  readonly body: Readable;
  /** Without parameters, lower case. */
  readonly contentType: string;
  /** Tells the request's operation what was sent, once it is known: the same key with another file is refused. */
  sent(sha256: string): void;
}

/** One request, as handlers see it. */
export interface RequestContext {
  readonly ports: ApiPorts;
  readonly requestId: string;
  readonly ip: string;
  readonly headers: IncomingHttpHeaders;
  /** Null on public routes when nobody is signed in. */
  readonly session: SessionUser | null;
  /** The signed-in person; throws `unauthenticated` on public routes. */
  readonly user: SessionUser;
  /** The signed-in person, or whom `actAs` named. */
  readonly actor: Actor;
  /** The organization of the session, or the one `actAs` named; throws `unauthenticated` when there is none. */
  readonly organizationId: string;
  /**
   * For routes opened by a link instead of a session: from here on transactions, reads, audit rows and the operation key
   * belong to this organization and actor.
   */
  actAs(organizationId: string, actor: Actor): void;
  /** Says what the request is about where the path does not: goes into the audit row that the router writes. */
  concerns(subject: Subject): void;
  /** The request's idempotency key, already scoped to organization, principal and route, with the body's hash. */
  readonly operation: OperationKey;
  /** Deterministic UUID of the operation: ids of what this request creates derive from it. */
  readonly operationId: string;
  /** The file that is being sent; throws on routes that take none. */
  readonly upload: Upload;
  can(action: Action): boolean;
  /** A transaction in the user's organization (with the operation key when `operation` is passed). */
  transaction<T>(work: (trx: Trx) => Promise<T>, options?: { operation?: boolean | OperationKey }): Promise<T>;
  /** A read in the user's organization. */
  read<T>(work: (trx: Trx) => Promise<T>): Promise<T>;
  /** Writes an audit row in the transaction of a change. */
  audit(trx: Trx, entry: AuditEntry): Promise<void>;
  setCookie(header: string): void;
}

export interface AuditEntry {
  readonly action: string;
  readonly entityType?: string | undefined;
  readonly entityId?: string | undefined;
  readonly patientId?: string | undefined;
  readonly outcome?: 'success' | 'denied' | 'refused' | 'failed' | undefined;
  readonly code?: string | undefined;
  readonly purpose?: string | undefined;
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

export interface Subject {
  readonly entityId?: string | undefined;
  readonly patientId?: string | undefined;
  /** Codes and counts for the audit row's detail. */
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}
