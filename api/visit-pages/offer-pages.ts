/**
 * The pages behind an offer's link: no sign-in, no script. GET shows and changes nothing, because mail scanners follow
 * it; POST answers, once for each link and word, whoever presses how often.
 */
import { recordAudit } from '../../db/audit/audit-trail.ts';
import { withTransaction } from '../../db/transaction.ts';
import { DomainError } from '../../domain/errors.ts';
import type { RequestContext } from '../context.ts';
import { answerByLink, openOffer, whatElseIsFree } from '../waitlist/offer-link.ts';
import type { LinkedOffer, OfferAnswer } from '../waitlist/offer-link.ts';
import type { PageAnswer, PageDeclaration, PageInput } from '../pages.ts';
import { pageLanguage } from './language.ts';
import type { PageLanguage } from './language.ts';
import { offerNotPossiblePage, offerPage, overPage, overlapPage } from './offer-page.ts';
import { failurePage } from './other-pages.ts';

const byLink = { public: 'the link is the key: an HMAC over offer and recipient' } as const;
const answerable: ReadonlySet<string> = new Set(['accepted', 'declined']);

const show: PageDeclaration = {
  method: 'GET',
  path: '/offer/:token',
  summary: 'An offer: what time, where, until when, and what one can do',
  policy: byLink,
  audit: { read: 'offer-link:read', entity: 'waitlist-offer' },
  handler: (context, input) =>
    withOffer(context, input, 'offer-link:read', async (linked, language) => {
      if (!linked.isLive && !answerable.has(linked.offer.state)) throw new DomainError('offer-expired');
      return { html: offerPage(linked, language, input.query['done'] === 'extend' && linked.offer.extended) };
    }),
};

export const offerPages: readonly PageDeclaration[] = [
  show,
  answer('accept', 'Takes the time that is offered'),
  answer('decline', 'Gives the time to the next patient'),
  answer('extend', 'Asks for five more minutes, once'),
];

function answer(action: OfferAnswer, summary: string): PageDeclaration {
  return {
    method: 'POST',
    path: `/offer/:token/${action}`,
    summary,
    policy: byLink,
    audit: { change: `offer:${action}`, entity: 'waitlist-offer' },
    handler: (context, input) =>
      withOffer(context, input, `offer:${action}`, async (linked, language) => {
        await answerByLink(context, linked, action);
        return { seeOther: `/offer/${linked.token}?lang=${language}&done=${action}` };
      }),
  };
}

/** Opens the link, shows a refusal as a page, and leaves an audit row for reads and refusals. */
async function withOffer(
  context: RequestContext,
  input: PageInput,
  action: string,
  work: (linked: LinkedOffer, language: PageLanguage) => Promise<PageAnswer>,
): Promise<PageAnswer> {
  const linked = await openOffer(context, input.params['token'] ?? '');
  const language = pageLanguage(input.query['lang'], linked.patientLanguage, linked.clinic.language);
  try {
    const page = await work(linked, language);
    if (action === 'offer-link:read') await audit(context, linked, action, 'success');
    return page;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (error.code !== 'unavailable' && error.code !== 'outcome-unknown')
      await audit(context, linked, action, 'refused', error.code);
    return refusal(context, linked, language, error);
  }
}

async function refusal(
  context: RequestContext,
  linked: LinkedOffer,
  language: PageLanguage,
  error: DomainError,
): Promise<PageAnswer> {
  switch (error.code) {
    case 'offer-expired': {
      // How it ended may have been decided since the link was opened.
      const now = await openOffer(context, linked.token);
      const free = await context.read((trx) => whatElseIsFree(trx, now));
      return { html: overPage(now, language, free), status: 410 };
    }
    case 'patient-overlap':
      return { html: overlapPage(linked, language), status: 409 };
    case 'unavailable':
    case 'outcome-unknown':
      return { html: failurePage(503, language), status: 503, headers: { 'Retry-After': '2' } };
    default:
      return { html: offerNotPossiblePage(linked, language), status: 409 };
  }
}

async function audit(
  context: RequestContext,
  linked: LinkedOffer,
  action: string,
  outcome: 'success' | 'refused',
  code?: string,
): Promise<void> {
  const { organizationId } = context;
  await withTransaction(context.ports.db, { organizationId }, (trx) =>
    recordAudit(trx, {
      organizationId,
      actor: linked.actor,
      action,
      // A word that came too late belongs to the freed time's story.
      ...(outcome === 'success'
        ? { entityType: 'waitlist-offer', entityId: linked.offer.id }
        : { entityType: 'opening', entityId: linked.opening.id }),
      patientId: linked.patientId,
      outcome,
      code,
      detail: { openingId: linked.opening.id, offerId: linked.offer.id },
    }),
  );
}
