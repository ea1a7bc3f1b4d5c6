/** A visit in words, the same on every page that shows one. */
import type { ReactNode } from 'react';
import type { Answer } from '../../shared/api-client.ts';
import { clocksDiffer, fullTime, ownZone } from '../times.ts';
import type { Key, Language, Words } from '../words.tsx';

export type VisitView = Answer<'POST /appointments/:id/:action'>;

export function holdIsOver(visit: VisitView): boolean {
  return visit.status === 'pending' && visit.holdExpiresAt !== null && Date.now() >= Date.parse(visit.holdExpiresAt);
}

export function statusText(visit: VisitView, t: Words): string {
  if (visit.status === 'booked' && visit.confirmedAt !== null) return t('status.confirmed');
  if (visit.status === 'pending') {
    if (visit.awaitingApproval) return t('status.approval');
    return t(holdIsOver(visit) ? 'status.heldOver' : 'status.pending');
  }
  if (visit.cancelReason === 'hold-expired' || visit.cancelReason === 'hold-released') return t('status.heldOver');
  if (visit.cancelReason === 'unconfirmed') return t('status.unconfirmed');
  return t(`status.${visit.status}` as Key & `status.${string}`);
}

export function nextText(visit: VisitView, t: Words, language: Language): string[] {
  const say = (at: string | null) => (at === null ? '' : fullTime(at, visit.timeZone ?? ownZone(), language));
  switch (visit.status) {
    case 'booked':
      if (visit.start !== null && Date.now() >= Date.parse(visit.start)) return [t('next.call')];
      return [
        ...(visit.confirmedAt === null ? [t('next.confirm')] : []),
        ...(visit.confirmBy === null ? [] : [t('next.confirmBy', { time: say(visit.confirmBy) })]),
        t('next.visit', { time: say(visit.start) }),
      ];
    case 'pending':
      if (visit.awaitingApproval) return [t('next.approval', { time: say(visit.holdExpiresAt) })];
      return [holdIsOver(visit) ? t('next.again') : t('next.hold', { time: say(visit.holdExpiresAt) })];
    case 'proposed':
    case 'waitlist':
      return [t('next.staff')];
    case 'arrived':
    case 'checked-in':
      return [t('next.wait')];
    case 'noshow':
      return [t('next.call')];
    case 'cancelled':
      return [t('next.again')];
    default:
      return [t('next.nothing')];
  }
}

/** When (and when here), where, with whom, what for. */
export function visitRows(visit: VisitView, t: Words, language: Language): (readonly [string, ReactNode])[] {
  const { start, timeZone } = visit;
  const rows: (readonly [string, ReactNode])[] = [];
  if (start !== null && timeZone !== null) {
    rows.push([t('visit.when'), <strong key="when">{fullTime(start, timeZone, language)}</strong>]);
    if (clocksDiffer(start, timeZone)) rows.push([t('visit.whenHere'), fullTime(start, ownZone(), language)]);
  }
  if (visit.mode !== 'in-person') rows.push([t('visit.how'), t(`mode.${visit.mode}`)]);
  else if (visit.location !== null) rows.push([t('visit.where'), visit.location.name]);
  if (visit.practitioner !== null) rows.push([t('visit.who'), visit.practitioner.name]);
  rows.push([t('visit.what'), visit.visitType.name]);
  return rows;
}
