/** What is shown to somebody who joins a visit by video: when, where are you now, the way in, and what if it fails. */
import type { LinkState, Participant, VideoVisitFacts } from '../../db/appointments/telehealth.ts';
import { abroad } from '../../domain/appointment/telehealth.ts';
import { longTime } from '../../domain/calendar/time-words.ts';
import { stateChoices, stateName } from '../../domain/patient/us-states.ts';
import { html } from './html.ts';
import type { Markup } from './html.ts';
import { wordsOf } from './language.ts';
import type { PageLanguage } from './language.ts';
import { layout } from './layout.ts';
import { facts, help } from './status-page.ts';
import type { LinkedVisit } from './visit.ts';

export interface JoinPage {
  readonly visit: LinkedVisit;
  readonly video: VideoVisitFacts;
  readonly language: PageLanguage;
  /** No place for a picture is set up in this installation. */
  readonly noRooms: boolean;
}

/** Before, in and after the time in which one can join. */
export function joinPage({ visit, video, language, noRooms }: JoinPage, missingState = false): string {
  const { video: words } = wordsOf(language);
  const again = html`<a class="button" href="/join/${visit.token}?lang=${language}">${words.lookAgain}</a>`;
  const zone = visit.appointment.timeZone ?? 'UTC';
  const opens = video.opensAt === null ? '' : longTime(new Date(video.opensAt), zone, wordsOf(language).formats);
  switch (noRooms && video.stage === 'open' ? 'by-phone' : video.stage) {
    case 'early':
      return page(
        visit,
        language,
        words.title,
        html`<p>${words.early(opens)}</p>
          ${again}`,
      );
    case 'open':
      return page(visit, language, words.title, joinForm(visit, language, missingState), missingState);
    case 'by-phone':
      return page(
        visit,
        language,
        words.byPhoneTitle,
        html`<p>${words.byPhone}</p>
          <p>${words.noFee}</p>`,
      );
    case 'over':
      return page(visit, language, words.overTitle, html`<p>${words.over}</p>`);
    default:
      return page(visit, language, words.notPossibleTitle, html`<p>${words.notPossible}</p>`);
  }
}

function joinForm(visit: LinkedVisit, language: PageLanguage, missingState: boolean): Markup {
  const { video: words, errors } = wordsOf(language);
  const to = (step = '') => `/join/${visit.token}${step}?lang=${language}`;
  return html`${
      missingState &&
      html`<div class="card error" role="alert" tabindex="-1" autofocus>
        <h2>${errors.summary}</h2>
        <p><a href="#state">${words.stateMissing}</a></p>
      </div>`
    }
    <form method="post" action="${to()}">
      <label class="field" for="state">${words.state}</label>
      <p class="hint" id="state-hint">${words.stateHint}</p>
      ${missingState && html`<p class="field-error" id="state-error">${words.stateMissing}</p>`}
      <select
        id="state"
        name="state"
        required
        aria-describedby="state-hint${missingState ? ' state-error' : ''}"
        ${missingState && html` aria-invalid="true"`}
      >
        <option value="">${words.choose}</option>
        ${stateChoices(language).map(({ code, name }) => html`<option value="${code}">${name}</option>`)}
        <option value="${abroad}">${words.abroad}</option>
      </select>
      <button class="primary" type="submit">${words.join}</button>
    </form>
    <h2>${words.failsTitle}</h2>
    <p>${words.fails}</p>
    <form method="post" action="${to('/failed')}"><button type="submit">${words.failed}</button></form>`;
}

/** The practitioner may not treat anybody there: a person calls, and nothing is lost. */
export function notLicensedPage({ visit, language }: JoinPage, usState: string): string {
  const { video: words } = wordsOf(language);
  const where = usState === abroad ? words.abroadPlace : stateName(usState, language);
  return page(visit, language, words.notLicensedTitle, html`<p>${words.notLicensed(where)}</p>
    <p>${words.weCall}</p>
    <p>${words.noFee}</p>
    <a class="button" href="/join/${visit.token}?lang=${language}">${words.otherPlace}</a>`); // prettier-ignore
}

/** The one-time link: a last step, because whatever follows links in messages must not use it up. */
export function enterPage(
  link: {
    readonly token: string;
    readonly state: LinkState;
    readonly participant: Participant;
    readonly again: string | null;
  },
  language: PageLanguage,
  clinic: string,
): string {
  const { video: words } = wordsOf(language);
  const good = link.state === 'good';
  const title = good ? words.enterTitle : words.goneTitle;
  return layout({
    language,
    title,
    clinic,
    path: good ? `/video/${link.token}` : null,
    main: html`<div class="card">
      <h1>${title}</h1>
      ${
        good
          ? html`<p>${words.enterNote}</p>
              <form method="post" action="/video/${link.token}?lang=${language}"><button class="primary" type="submit">${words.enter}</button></form>`
          : html`<p>${words.gone[link.state]}</p>
              ${
                link.participant === 'provider'
                  ? html`<p>${words.askInApplication}</p>`
                  : link.again !== null && html`<a class="button primary" href="${link.again}?lang=${language}">${words.freshLink}</a>`
              }`
      }
    </div>`,
  }); // prettier-ignore
}

function page(visit: LinkedVisit, language: PageLanguage, title: string, main: Markup, error = false): string {
  const words = wordsOf(language);
  return layout({
    language,
    title,
    clinic: visit.clinic.name,
    path: error ? null : `/join/${visit.token}`,
    error,
    main: html`<div class="card">
        <h1>${title}</h1>
        ${facts(visit, words)} ${main}
      </div>
      ${help(visit, words)}`,
  });
}
