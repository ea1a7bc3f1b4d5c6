/** The offer of a freed time, as its link shows it: what, where, until when, and what one can do (features C5, C14). */
import type { AvailableTime } from '../../db/schedule/availability.ts';
import { longTime } from '../../domain/calendar/time-words.ts';
import type { LinkedOffer } from '../waitlist/offer-link.ts';
import { html } from './html.ts';
import type { Markup } from './html.ts';
import { wordsOf } from './language.ts';
import type { PageLanguage } from './language.ts';
import { layout } from './layout.ts';
import type { VisitPageWords } from './locales/en.ts';
import { help, placeLines } from './status-page.ts';

/** While it can be answered; afterwards what the patient said. What is over otherwise is `overPage`. */
export function offerPage(linked: LinkedOffer, language: PageLanguage, justExtended: boolean): string {
  const words = wordsOf(language);
  const { offer } = words;
  if (linked.offer.state === 'accepted') {
    const link =
      linked.visitPath !== null &&
      html`<a class="button primary" href="${linked.visitPath}?lang=${language}">${offer.seeVisit}</a>`;
    if (!linked.isBooked) {
      return page(linked, language, words.title, html`<div class="card">
        <h1>${words.title}</h1>
        <p>${offer.acceptedSince}</p>
        ${link}
      </div>`); // prettier-ignore
    }
    return page(linked, language, offer.acceptedTitle, html`
      <div class="card done" role="status"><p>${offer.accepted}</p></div>
      <div class="card">
        <h1>${offer.acceptedTitle}</h1>
        ${facts(linked, words)} ${link}
      </div>`); // prettier-ignore
  }
  if (linked.offer.state === 'declined') {
    return page(linked, language, offer.declinedTitle, html`<div class="card" role="status">
      <h1>${offer.declinedTitle}</h1>
      <p>${offer.declined}</p>
    </div>`); // prettier-ignore
  }
  return page(linked, language, offer.title, html`
    ${justExtended && html`<div class="card done" role="status"><p>${offer.extended}</p></div>`}
    <div class="card">
      <h1>${offer.title}</h1>
      <p class="status">${offer.status}</p>
      ${facts(linked, words)} ${deadline(linked, words)}
      <p>${linked.firstWins ? offer.firstWins : offer.kept}</p>
      ${
        linked.current?.start != null &&
        html`<p>${offer.moves(longTime(linked.current.start, linked.current.timeZone, words.formats))}</p>`
      }
      <h2>${words.whatYouCanDo}</h2>
      ${form(linked, language, 'accept', offer.accept, 'primary')}
      ${form(linked, language, 'decline', offer.decline, '', offer.declineNote)}
      ${mayExtend(linked) && form(linked, language, 'extend', offer.extend, '', offer.extendNote)}
    </div>`); // prettier-ignore
}

/** 410: too late. What else is free is the first thing that can be done (C5: never a dead end). */
export function overPage(linked: LinkedOffer, language: PageLanguage, free: readonly AvailableTime[]): string {
  const words = wordsOf(language);
  const { offer } = words;
  const { state } = linked.offer;
  const takenBack = state === 'withdrawn' || state === 'superseded';
  return page(linked, language, offer.overTitle, html`
    <div class="card">
      <h1>${offer.overTitle}</h1>
      <p>${takenBack ? offer.over[state] : offer.over.expired}</p>
      <p>${takenBack && html`${offer.noBlame} `}${linked.isPaused ? offer.paused : offer.keepPlace}</p>
    </div>
    <div class="card">
      <h2>${offer.whatElse}</h2>
      ${
        free.length === 0
          ? html`<p>${offer.noneFree}</p>`
          : html`<ul class="times">
                ${free.map(({ start, timeZone }) => html`<li>${longTime(new Date(start), timeZone, words.formats)}</li>`)}
              </ul>
              <a class="button primary" href="/portal/book?lang=${language}">${offer.book}</a>
              <p class="hint">${words.action.moveNote}</p>`
      }
    </div>`); // prettier-ignore
}

/** 409: the patient has taken something else at that hour meanwhile; the offer stands (S14). */
export function overlapPage(linked: LinkedOffer, language: PageLanguage): string {
  const words = wordsOf(language);
  const { offer } = words;
  return page(linked, language, offer.overlapTitle, html`<div class="card error" role="alert">
      <h1>${offer.overlapTitle}</h1>
      <p>${offer.overlap(longTime(new Date(linked.offer.expiresAt), clockOf(linked), words.formats))}</p>
    </div>
    <div class="card">
      ${facts(linked, words)}
      <a class="button" href="/offer/${linked.token}?lang=${language}">${offer.overlapBack}</a>
    </div>`, true); // prettier-ignore
}

/** 409: something else changed. */
export function offerNotPossiblePage(linked: LinkedOffer, language: PageLanguage): string {
  const words = wordsOf(language);
  return page(linked, language, words.gone.notPossibleTitle, html`<div class="card error" role="alert">
      <h1>${words.gone.notPossibleTitle}</h1>
      <p>${words.gone.notPossible}</p>
    </div>
    <div class="card">
      ${facts(linked, words)}
      <a class="button" href="/offer/${linked.token}?lang=${language}">${words.offer.overlapBack}</a>
    </div>`, true); // prettier-ignore
}

/** Once, and not past the instant at which the time goes back to everybody. */
const mayExtend = ({ offer, opening }: LinkedOffer): boolean =>
  !offer.extended && (opening.releaseAt === null || Date.parse(offer.expiresAt) < Date.parse(opening.releaseAt));

function page(linked: LinkedOffer, language: PageLanguage, title: string, main: Markup, error = false): string {
  return layout({
    language,
    title,
    clinic: linked.clinic.name,
    path: `/offer/${linked.token}`,
    error,
    main: html`${main} ${help(linked, wordsOf(language))}`,
  });
}

function form(linked: LinkedOffer, language: PageLanguage, step: string, label: string, kind: string, note?: string) {
  const hint = note === undefined ? null : `${step}-note`;
  return html`<form method="post" action="/offer/${linked.token}/${step}?lang=${language}">
      <button class="${kind}" type="submit" ${hint !== null && html`aria-describedby="${hint}"`}>${label}</button>
    </form>
    ${hint !== null && html`<p class="hint" id="${hint}">${note}</p>`}`;
}

function facts({ opening, location, patientTimeZone }: LinkedOffer, words: VisitPageWords): Markup {
  const start = new Date(opening.start);
  const there = longTime(start, opening.timeZone, words.formats);
  const here = patientTimeZone === null ? there : longTime(start, patientTimeZone, words.formats);
  const place = placeLines(opening.mode, location, words);
  return html`<dl>
    <dt>${words.when}</dt>
    <dd class="time">${there}</dd>
    ${
      here !== there &&
      html`<dt>${words.whenForYou}</dt>
        <dd>${here}</dd>`
    }
    ${
      place.length > 0 &&
      html`<dt>${words.where}</dt>
        <dd>${place.map((line, k) => html`${k > 0 && html`<br />`}${line}`)}</dd>`
    }
  </dl>`;
}

/** Date and time on the clinic's clock and the patient's, and how long that is from now: without a script nothing ticks. */
function deadline(linked: LinkedOffer, words: VisitPageWords): Markup {
  const { offer } = words;
  const until = new Date(linked.offer.expiresAt);
  const there = longTime(until, linked.opening.timeZone, words.formats);
  const here = longTime(until, clockOf(linked), words.formats);
  const minutes = Math.floor((until.getTime() - linked.at.getTime()) / 60_000);
  return html`<dl>
    <dt>${offer.answerBy}</dt>
    <dd class="time">${there}</dd>
    ${
      here !== there &&
      html`<dt>${offer.answerByForYou}</dt>
        <dd>${here}</dd>`
    }
    <dd>${minutes < 1 ? offer.underAMinute : offer.timeLeft(Math.floor(minutes / 60), minutes % 60)}</dd>
  </dl>`;
}

const clockOf = (linked: LinkedOffer): string => linked.patientTimeZone ?? linked.opening.timeZone;
