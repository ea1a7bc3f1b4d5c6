/** What a handler sees of one request. */
import type { Actor } from '../domain/actor.ts';
import type { Action } from '../domain/access.ts';
import { DomainError } from '../domain/errors.ts';
import { recordAudit } from '../db/audit/audit-trail.ts';
import type { Trx } from '../db/connection.ts';
import { withOrganization, withTransaction, type OperationKey } from '../db/transaction.ts';
import type { IncomingHttpHeaders } from 'node:http';
import type { ApiPorts, RequestContext, SessionUser, Subject, Upload } from './context.ts';
import { operationIdOf, operationKeyOf, type RequestScope } from './idempotency.ts';
import { actorOf } from './sign-in/session.ts';

export interface RequestFacts {
  readonly requestId: string;
  readonly ip: string;
  readonly headers: IncomingHttpHeaders;
  readonly session: SessionUser | null;
  /** `POST /appointments/:id/:action`. */
  readonly route: string;
  /** The header's value; absent where the route needs none. */
  readonly idempotencyKey: string | undefined;
  /** Everything the request says: params, query and body as they arrived. */
  readonly input: unknown;
  readonly audit: { readonly action: string; readonly entityType: string | undefined };
  /** Set where the route takes a file. */
  readonly upload?: Upload | undefined;
  setCookie(header: string): void;
}

/** What the router needs to know afterwards, beside the handler's context. */
export interface HandledRequest {
  readonly context: RequestContext;
  /** Undefined when the request belongs to no organization (nobody is signed in, no link was recognized). */
  organization(): string | undefined;
  subject(): Subject;
}

export function handleRequest(ports: ApiPorts, facts: RequestFacts): HandledRequest {
  const { session } = facts;
  let organization = session?.organizationId;
  let actor: Actor =
    session === null
      ? { kind: 'system', ref: 'anonymous', permissions: [], requestId: facts.requestId, ip: facts.ip }
      : actorOf(session, facts);
  let subject: Subject = {};

  const needOrganization = (): string => {
    if (organization === undefined) throw new DomainError('unauthenticated');
    return organization;
  };
  const scope = (): RequestScope => ({
    organizationId: needOrganization(),
    principal: actor.ref,
    route: facts.route,
    // Without a key nothing is recognized as a repeat: the request is its own operation.
    idempotencyKey: facts.idempotencyKey ?? `request:${facts.requestId}`,
  });
  const operation = (): OperationKey => operationKeyOf(scope(), facts.input);

  const context: RequestContext = {
    ports,
    requestId: facts.requestId,
    ip: facts.ip,
    headers: facts.headers,
    session,
    get user() {
      if (session === null) throw new DomainError('unauthenticated');
      return session;
    },
    get actor() {
      return actor;
    },
    get organizationId() {
      return needOrganization();
    },
    get operation() {
      return operation();
    },
    get operationId() {
      return operationIdOf(scope());
    },
    actAs(organizationId, as) {
      organization = organizationId;
      actor = { ...as, requestId: facts.requestId, ip: facts.ip };
    },
    concerns(about) {
      subject = { ...subject, ...about };
    },
    get upload() {
      if (facts.upload === undefined) throw new Error(`${facts.route} takes no file`);
      return facts.upload;
    },
    can: (action: Action) => session?.permissions.has(action) ?? false,
    transaction: (work, options) => {
      const asked = options?.operation;
      const key = asked === true ? operation() : asked === false ? undefined : asked;
      return withTransaction(ports.db, { organizationId: needOrganization(), operation: key }, work);
    },
    read: (work) => withOrganization(ports.db, needOrganization(), work),
    audit: (trx: Trx, entry) =>
      recordAudit(trx, {
        organizationId: needOrganization(),
        actor: entry.purpose === undefined ? actor : { ...actor, purpose: entry.purpose },
        action: entry.action,
        entityType: entry.entityType ?? facts.audit.entityType,
        entityId: entry.entityId,
        patientId: entry.patientId,
        outcome: entry.outcome ?? 'success',
        code: entry.code,
        detail: entry.detail,
      }),
    setCookie: facts.setCookie,
  };
  return { context, organization: () => organization, subject: () => subject };
}
