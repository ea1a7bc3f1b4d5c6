/** The second step of a cancellation, and what is said when a link does not do what was hoped. */
import { html } from './html.ts';
import { wordsOf } from './language.ts';
import type { PageLanguage } from './language.ts';
import { layout } from './layout.ts';
import { facts, help } from './status-page.ts';
import type { VisitPageWords } from './locales/en.ts';
import type { LinkedVisit } from './visit.ts';

export type CancelReason = keyof VisitPageWords['cancel']['reasons'];
export const isCancelReason = (value: string | undefined): value is CancelReason =>
  value !== undefined && Object.hasOwn(wordsOf('en').cancel.reasons, value);

export function cancelPage(visit: LinkedVisit, language: PageLanguage, missingReason: boolean): string {
  const words = wordsOf(language);
  const { cancel, errors } = words;
  const path = `/v/${visit.token}/cancel`;
  const reasons = Object.entries(cancel.reasons);
  const hours = Math.round(visit.cancelNoticeMinutes / 60);
  return layout({
    language,
    title: cancel.title,
    clinic: visit.clinic.name,
    path,
    error: missingReason,
    main: html`
      ${
        missingReason &&
        html`<div class="card error" role="alert" tabindex="-1" autofocus>
          <h2>${errors.summary}</h2>
          <p><a href="#reason-0">${errors.reason}</a></p>
        </div>`
      }
      <div class="card">
        <h1>${cancel.title}</h1>
        ${facts(visit, words)} ${visit.lateIfCancelledNow && html`<p>${cancel.late(cancel.hours(hours))}</p>`}
        <form method="post" action="${path}?lang=${language}" novalidate>
          <fieldset aria-describedby="hint${missingReason ? ' reason-error' : ''}">
            <legend>${cancel.question}</legend>
            <p class="hint" id="hint">${cancel.hint}</p>
            ${missingReason && html`<p class="field-error" id="reason-error">${errors.prefix} ${errors.reason}</p>`}
            ${reasons.map(
              ([code, label], k) =>
                html`<label class="choice" for="reason-${k}"
                  ><input type="radio" name="reason" id="reason-${k}" value="${code}" required /><span
                    >${label}</span
                  ></label
                >`,
            )}
          </fieldset>
          <button class="danger" type="submit">${cancel.yes}</button>
        </form>
        <a class="button" href="/v/${visit.token}?lang=${language}">${words.action.back}</a>
      </div>
      ${help(visit, words)}
    `,
  });
}

/** 410: the visit moved on. The way to its present page is the first thing on the page. */
export function stalePage(visit: LinkedVisit, language: PageLanguage): string {
  const words = wordsOf(language);
  return layout({
    language,
    title: words.gone.staleTitle,
    clinic: visit.clinic.name,
    path: `/v/${visit.token}`,
    main: html`<div class="card">
        <h1>${words.gone.staleTitle}</h1>
        <p>${words.gone.stale}</p>
        <a class="button primary" href="/v/${visit.currentToken}?lang=${language}">${words.gone.current}</a>
      </div>
      ${help(visit, words)}`,
  });
}

/** 410: the time has come. What is on record is still shown; it is what the link always showed. */
export function expiredPage(visit: LinkedVisit, language: PageLanguage): string {
  const words = wordsOf(language);
  return layout({
    language,
    title: words.gone.expiredTitle,
    clinic: visit.clinic.name,
    path: `/v/${visit.token}`,
    main: html`<div class="card">
        <h1>${words.gone.expiredTitle}</h1>
        <p>${words.gone.expired}</p>
        ${facts(visit, words)}
        <a class="button primary" href="/portal/book?lang=${language}">${words.action.book}</a>
        <p class="hint">${words.action.moveNote}</p>
      </div>
      ${help(visit, words)}`,
  });
}

/** 409: somebody was quicker. */
export function notPossiblePage(visit: LinkedVisit, language: PageLanguage): string {
  const words = wordsOf(language);
  return layout({
    language,
    title: words.gone.notPossibleTitle,
    clinic: visit.clinic.name,
    path: null,
    error: true,
    main: html`<div class="card error" role="alert">
        <h1>${words.gone.notPossibleTitle}</h1>
        <p>${words.gone.notPossible}</p>
      </div>
      <div class="card">
        ${facts(visit, words)}
        <a class="button" href="/v/${visit.token}?lang=${language}">${words.title}</a>
      </div>
      ${help(visit, words)}`,
  });
}

/** Nothing is known about whose link it was: both languages' speakers get a page in the browser's. */
export function failurePage(status: number, language: PageLanguage): string {
  const { gone } = wordsOf(language);
  const [title, text] =
    status === 503
      ? [gone.awayTitle, gone.away]
      : status >= 500
        ? [gone.failedTitle, gone.failed]
        : [gone.invalidTitle, gone.invalid];
  return layout({
    language,
    title,
    clinic: '',
    path: null,
    error: true,
    main: html`<div class="card">
      <h1>${title}</h1>
      <p>${text}</p>
      <p>${wordsOf(language).callClinic}</p>
    </div>`,
  });
}
