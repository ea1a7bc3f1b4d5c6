/** The page behind every link: what is so, what one can do, what happens next and by when, whom to call (feature L5). */
import { joinableStatuses } from '../../domain/appointment/telehealth.ts';
import { longTime } from '../../domain/calendar/time-words.ts';
import { html } from './html.ts';
import type { Markup } from './html.ts';
import { wordsOf } from './language.ts';
import type { PageLanguage } from './language.ts';
import { layout } from './layout.ts';
import type { VisitPageWords } from './locales/en.ts';
import type { LinkedVisit } from './visit.ts';

export type Done = keyof VisitPageWords['done'];

export function statusPage(visit: LinkedVisit, language: PageLanguage, done: Done | null): string {
  const words = wordsOf(language);
  const path = `/v/${visit.token}`;
  return layout({
    language,
    title: words.title,
    clinic: visit.clinic.name,
    path,
    main: html`
      ${done !== null && html`<div class="card done" role="status"><p>${words.done[done]}</p></div>`}
      <div class="card">
        <h1>${words.title}</h1>
        ${facts(visit, words)} ${whatNext(visit, words)} ${actions(visit, language, words)}
      </div>
      ${help(visit, words)}
    `,
  });
}

/** State in a word, when and where. */
export function facts(visit: LinkedVisit, words: VisitPageWords): Markup {
  const { appointment, location } = visit;
  const { start, timeZone, mode } = appointment;
  const there = start !== null && timeZone !== null ? longTime(new Date(start), timeZone, words.formats) : null;
  const here =
    start !== null && visit.patientTimeZone !== null
      ? longTime(new Date(start), visit.patientTimeZone, words.formats)
      : null;
  const place = placeLines(mode, location, words);
  return html`<p class="status">${statusWord(visit, words)}</p>
    <dl>
      ${
        there !== null &&
        html`<dt>${words.when}</dt>
          <dd class="time">${there}</dd>`
      }
      ${
        here !== null &&
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

export function placeLines(mode: string, location: LinkedVisit['location'], words: VisitPageWords): readonly string[] {
  if (mode === 'video') return [words.byVideo];
  if (mode === 'phone') return [words.byPhone];
  return location === null ? [] : [location.name, ...location.lines];
}

function statusWord(visit: LinkedVisit, words: VisitPageWords): string {
  const { appointment } = visit;
  switch (appointment.status) {
    case 'booked':
      return appointment.confirmedAt === null ? words.status.booked : words.status.confirmed;
    case 'pending':
      if (appointment.awaitingApproval) return words.status.awaitingApproval;
      return holdIsOver(visit) ? words.status.heldOver : words.status.held(until(visit, words));
    case 'proposed':
    case 'waitlist':
      return words.status.requested;
    case 'arrived':
      return words.status.arrived;
    case 'checked-in':
      return words.status.inVisit;
    case 'fulfilled':
      return words.status.fulfilled;
    case 'noshow':
      return words.status.noshow;
    case 'cancelled':
      if (appointment.cancelReason === 'hold-expired' || appointment.cancelReason === 'hold-released') {
        return words.status.heldOver;
      }
      if (appointment.cancelReason === 'unconfirmed') return words.status.unconfirmed;
      return visit.cancelledBy === 'clinic' ? words.status.cancelledByClinic : words.status.cancelled;
    default:
      return words.status.removed;
  }
}

function whatNext(visit: LinkedVisit, words: VisitPageWords): Markup {
  return html`<h2>${words.whatNext}</h2>
    ${nextSteps(visit, words).map((line) => html`<p>${line}</p>`)}`;
}

function nextSteps(visit: LinkedVisit, words: VisitPageWords): string[] {
  const { appointment, nextReminderAt } = visit;
  const start = appointment.start === null ? null : new Date(appointment.start);
  const say = (at: Date) => longTime(at, appointment.timeZone ?? 'UTC', words.formats);
  switch (appointment.status) {
    case 'booked':
      if (start !== null && visit.at >= start) return [words.next.callToRebook];
      return [
        ...(can(visit, 'confirm') ? [words.next.pleaseConfirm] : []),
        ...(visit.confirmBy === null ? [] : [words.next.confirmBy(say(visit.confirmBy))]),
        ...(nextReminderAt === null
          ? []
          : [
              words.next.reminder(
                longTime(nextReminderAt, visit.patientTimeZone ?? appointment.timeZone ?? 'UTC', words.formats),
              ),
            ]),
        ...(start === null ? [] : [words.next.seeYou(say(start))]),
      ];
    case 'pending':
      if (appointment.awaitingApproval) return [words.next.clinicAnswers(until(visit, words))];
      return holdIsOver(visit) ? [words.next.bookAgain] : [words.next.takeIt(until(visit, words))];
    case 'proposed':
    case 'waitlist':
      return [words.next.clinicLooks];
    case 'arrived':
    case 'checked-in':
      return [words.next.waitToBeCalled];
    case 'noshow':
      return [words.next.callToRebook];
    case 'cancelled':
      return visit.cancelledBy === 'clinic' ? [words.next.clinicSorry, words.next.bookAgain] : [words.next.bookAgain];
    default:
      return [words.next.nothing];
  }
}

/** Only what the process accepts now (experience.md, principle 2): the same guards decide. */
function actions(visit: LinkedVisit, language: PageLanguage, words: VisitPageWords): Markup | null {
  if (visit.verdict !== 'current') return null;
  const { appointment } = visit;
  const to = (step: string) => `/v/${visit.token}/${step}?lang=${language}`;
  const form = (step: string, label: string, kind: string) =>
    html`<form method="post" action="${to(step)}"><button class="${kind}" type="submit">${label}</button></form>`;
  const list: (Markup | null)[] = [
    visit.joinPath !== null && joinableStatuses.has(appointment.status)
      ? html`<a class="button" href="${visit.joinPath}?lang=${language}">${words.video.join}</a>
          <p class="hint">${words.video.opens}</p>`
      : null,
    can(visit, 'confirm') ? form('confirm', words.action.confirm, 'primary') : null,
    can(visit, 'confirm-hold') ? form('take', words.action.take, 'primary') : null,
    can(visit, 'reschedule')
      ? html`<a class="button" href="/portal/visits/${appointment.id}/move?lang=${language}">${words.action.move}</a>
          <p class="hint">${words.action.moveNote}</p>`
      : whyNotMove(visit, words),
    appointment.status === 'booked'
      ? html`<a class="button" href="${to('visit.ics')}" download="visit.ics">${words.action.calendar}</a>`
      : null,
    can(visit, 'cancel') ? html`<a class="button danger" href="${to('cancel')}">${words.action.cancel}</a>` : null,
    can(visit, 'release-hold') ? form('decline', words.action.decline, '') : null,
    ['cancelled', 'noshow', 'fulfilled'].includes(appointment.status) || holdIsOver(visit)
      ? html`<a class="button primary" href="/portal/book?lang=${language}">${words.action.book}</a>
          <p class="hint">${words.action.moveNote}</p>`
      : null,
  ];
  const shown = list.filter((item) => item !== null);
  return shown.length === 0
    ? null
    : html`<h2>${words.whatYouCanDo}</h2>
        ${shown}`;
}

function whyNotMove(visit: LinkedVisit, words: VisitPageWords): Markup | null {
  const move = visit.allowed.find(({ action }) => action === 'reschedule');
  const code = move?.reason?.code === 'guard-failed' ? move.reason.data?.['guard'] : move?.reason?.code;
  return code === 'reschedule-limit' || code === 'needs-approval' ? html`<p class="hint">${words.why[code]}</p>` : null;
}

export function help(visit: Pick<LinkedVisit, 'location' | 'clinic'>, words: VisitPageWords): Markup {
  const phone = visit.location?.phone ?? null;
  return html`<div class="card">
    <h2>${words.needHelp}</h2>
    ${
      phone === null
        ? html`<p>${words.callClinic}</p>`
        : html`<p>
            <a href="tel:${phone.replaceAll(/[^+0-9]/g, '')}"
              >${words.call(visit.location?.name ?? visit.clinic.name, phone)}</a
            >
          </p>`
    }
  </div>`;
}

export const can = (visit: LinkedVisit, action: string): boolean =>
  visit.verdict === 'current' && visit.allowed.some((allowed) => allowed.action === action && allowed.possible);

function holdIsOver({ appointment, at }: LinkedVisit): boolean {
  const { status, holdExpiresAt } = appointment;
  return status === 'pending' && holdExpiresAt !== null && at.getTime() >= Date.parse(holdExpiresAt);
}

function until({ appointment }: LinkedVisit, words: VisitPageWords): string {
  const { holdExpiresAt, timeZone } = appointment;
  return holdExpiresAt === null ? '' : longTime(new Date(holdExpiresAt), timeZone ?? 'UTC', words.formats);
}
