/** One patient's path through an absence: put on the list, asked, written to, reminded, answered, called, moved. */
import { IconArrowRight, IconMail } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { AbsenceCase, PathEntry } from '../api/absences.ts';
import { dateTimeOf, dayOf, timeOf } from '../lib/time.ts';

export function Path({ one, zone }: { readonly one: AbsenceCase; readonly zone: string }) {
  const { t, i18n } = useTranslation();
  const steps = [
    ...one.path.map((entry) => ({ at: entry.at, entry, notice: undefined })),
    ...one.notices.map((notice) => ({ at: notice.at, entry: undefined, notice })),
  ].toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return (
    <ol className="hs-timeline" aria-label={t('absence.pathOf', { name: one.appointment.patient.name })}>
      {steps.map(({ at, entry, notice }, index) =>
        entry === undefined ? (
          <li key={index} data-tone={notice.state === 'failed' ? 'bad' : 'good'}>
            <IconMail size={16} aria-hidden />
            <div>
              {t(notice.reminder ? 'absence.reminderNotice' : 'absence.notice')}
              {': '}
              {t(`channel.${notice.channel}`)}, {t(`noticeState.${notice.state}`)}
            </div>
            <div className="hs-quiet">{dateTimeOf(at, zone, i18n.language)}</div>
          </li>
        ) : (
          <Step key={index} entry={entry} one={one} zone={zone} />
        ),
      )}
    </ol>
  );
}

function Step({ entry, one, zone }: { readonly entry: PathEntry; readonly one: AbsenceCase; readonly zone: string }) {
  const { t, i18n } = useTranslation();
  const { data } = entry;
  const who = entry.actor.name ?? (entry.actor.ref.startsWith('system:') ? t('case.byItself') : t('case.someone'));
  const [what, reached] = [t(`absenceEvent.${entry.event}`), t(`absenceCase.${entry.to}`)];
  const when = (at: unknown): string =>
    typeof at === 'string' ? `${dayOf(at, zone, i18n.language)} ${timeOf(at, zone, i18n.language)}` : '';
  return (
    <li data-tone="info">
      <IconArrowRight size={16} aria-hidden />
      <div>
        <b>{what}</b>
        {entry.to !== entry.from && reached !== what && <> → {reached}</>}
      </div>
      <div className="hs-quiet">
        {dateTimeOf(entry.at, zone, i18n.language)} · {who}
      </div>
      {entry.event === 'ask' && (
        <div>
          {t('absence.askedBy', { channel: channelOf(data['channel']), count: Number(data['held'] ?? 0) })}
          {timesOf(data['times']).map((time) => ` · ${when(time)}`)}
          {typeof data['answerUntil'] === 'string' && ` · ${t('absence.answerBy')} ${when(data['answerUntil'])}`}
        </div>
      )}
      {entry.event === 'remind' && <div>{channelOf(data['channel'])}</div>}
      {entry.event === 'call-made' && typeof data['outcome'] === 'string' && (
        <div>{t(`outcome.${data['outcome']}`)}</div>
      )}
      {entry.event === 'rebooked' && one.replacement?.start != null && (
        <div>
          {when(one.replacement.start)}
          {one.replacement.practitioner !== null && ` · ${one.replacement.practitioner.name}`}
        </div>
      )}
      {entry.resourceName !== null && <div>{entry.resourceName}</div>}
      {entry.reason !== null && entry.reason !== '' && (
        <div>{t('case.because', { reason: t(`reason.${entry.reason}`, { defaultValue: entry.reason }) })}</div>
      )}
    </li>
  );

  function channelOf(channel: unknown): string {
    return channel === 'email' ? t('channel.email') : t('channel.staff-call');
  }
}

const timesOf = (times: unknown): unknown[] =>
  Array.isArray(times) ? times.map((time: { readonly start?: unknown }) => time.start) : [];
