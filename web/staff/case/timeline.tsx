/** Everything that happened: who, what, when; refusals and messages included. The newest first, long histories in pages. */
import { Button } from '@mantine/core';
import { IconArrowRight, IconBan, IconClock, IconEye, IconMail } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { historyQuery } from '../api/queries.ts';
import type { TimelineEntry } from '../api/types.ts';
import { dateTimeOf } from '../lib/time.ts';
import { useTimerName } from './timer-name.ts';
import { ProblemAlert } from '../parts/problem.tsx';
import { languageName } from '../parts/new-patient-form.tsx';

const looks = {
  change: [IconArrowRight, 'info'],
  refused: [IconBan, 'bad'],
  message: [IconMail, 'good'],
  timer: [IconClock, 'neutral'],
  read: [IconEye, 'neutral'],
} as const;

/** Steps whose name is the state that they lead to; it is said once. */
const namesState: Readonly<Record<string, string>> = {
  hold: 'pending',
  request: 'proposed',
  book: 'booked',
  arrive: 'arrived',
  'check-in': 'checked-in',
  complete: 'fulfilled',
  'no-show': 'noshow',
  cancel: 'cancelled',
  'cancel-by-clinic': 'cancelled',
  'entered-in-error': 'entered-in-error',
  open: 'open',
  offer: 'offering',
  fill: 'filled',
  release: 'released',
  close: 'closed',
};

export function Timeline(props: {
  readonly id: string;
  readonly entries: readonly TimelineEntry[];
  readonly older: string | null;
  readonly zone: string;
}) {
  const { t } = useTranslation();
  const older = useInfiniteQuery(historyQuery(props.id, props.older));
  const entries = [...props.entries, ...(older.data?.pages.flatMap((page) => page.timeline) ?? [])];
  const more = older.data === undefined ? props.older !== null : older.hasNextPage;
  return (
    <>
      <TimelineEntries entries={entries} zone={props.zone} />
      <ProblemAlert error={older.error} />
      {more && (
        <Button
          variant="default"
          loading={older.isFetching}
          onClick={() => void (older.data === undefined ? older.refetch() : older.fetchNextPage())}
        >
          {t('case.older')}
        </Button>
      )}
    </>
  );
}

export function TimelineEntries(props: {
  readonly entries: readonly TimelineEntry[];
  readonly zone: string;
  /** Whom an entry is about, where the case is about several people. */
  readonly about?: (entry: TimelineEntry) => string | undefined;
}) {
  return (
    <ol className="hs-timeline">
      {props.entries.map((entry, index) => (
        <Entry
          key={`${entry.at}|${entry.event}|${index}`}
          entry={entry}
          zone={props.zone}
          about={props.about?.(entry)}
        />
      ))}
    </ol>
  );
}

function Entry({
  entry,
  zone,
  about,
}: {
  readonly entry: TimelineEntry;
  readonly zone: string;
  readonly about: string | undefined;
}) {
  const { t, i18n } = useTranslation();
  const [Icon, tone] = looks[entry.kind] ?? looks.change;
  const who =
    entry.actor?.name ??
    (entry.actor === null || entry.actor.ref.startsWith('system:') ? t('case.byItself') : t('case.someone'));
  const { data } = entry;
  const timerName = useTimerName();
  const word = (name: string): string | undefined => (typeof data[name] === 'string' ? data[name] : undefined);
  const nameOfEntry = ({ kind, event }: TimelineEntry): string => {
    if (kind === 'message') return t(`notice.${event}`, { defaultValue: event });
    if (kind === 'timer') return timerName(event);
    // What happened is said as done, what was refused as it was asked for.
    const fallback = t(`permission.${event}`, { defaultValue: t(`openingAction.${event}`, { defaultValue: event }) });
    return kind === 'change'
      ? t(`event.${event}`, { defaultValue: t(`action.${event}`, { defaultValue: fallback }) })
      : t(`action.${event}`, { defaultValue: t(`event.${event}`, { defaultValue: fallback }) });
  };
  const skip = (code: string | null | undefined): string =>
    code == null || code === '' ? '' : t(`skip.${code}`, { defaultValue: t(`reason.${code}`, { defaultValue: code }) });
  const reasonWord = (code: string): string =>
    t(`reason.${code}`, {
      defaultValue: t(`openingReason.${code}`, { defaultValue: t(`declineReason.${code}`, { defaultValue: code }) }),
    });
  const reached =
    entry.to == null ||
    entry.from === entry.to ||
    entry.event.startsWith('offer:') ||
    entry.event.startsWith('series:') ||
    namesState[entry.event] === entry.to
      ? ''
      : t(`state.${entry.to}`, { defaultValue: t(`openingState.${entry.to}`, { defaultValue: entry.to }) });
  const dropped = entry.kind === 'timer' && (word('state') === 'cancelled' || word('state') === 'skipped');
  // What did not happen is one quiet line.
  if (dropped) {
    return (
      <li data-tone="neutral" className="hs-quiet">
        <Icon size={16} aria-hidden />
        {nameOfEntry(entry)}: {t(`timerState.${word('state')}`)}
        {entry.reason != null && entry.reason !== '' && ` (${skip(entry.reason)})`}
      </li>
    );
  }
  return (
    <li data-tone={tone}>
      <Icon size={16} aria-hidden />
      <div>
        <b>
          {entry.kind === 'refused' && `${t('case.refused')} `}
          {nameOfEntry(entry)}
        </b>
        {about !== undefined && <>: {about}</>}
        {entry.kind === 'change' && reached !== '' && reached !== nameOfEntry(entry) && <> → {reached}</>}
      </div>
      <div className="hs-quiet hs-num">
        {dateTimeOf(entry.at, zone, i18n.language)} · {who}
      </div>
      {entry.reason != null && entry.reason !== '' && (
        <div>
          {t('case.because', {
            reason: entry.kind === 'message' ? skip(entry.reason) : reasonWord(entry.reason),
          })}
        </div>
      )}
      {entry.kind === 'refused' && entry.code != null && (
        <div>{t(`problem.${entry.code}`, { defaultValue: entry.code })}</div>
      )}
      {entry.kind === 'timer' && word('state') !== undefined && (
        <div className="hs-quiet">{t(`timerState.${word('state')}`, { defaultValue: word('state') ?? '' })}</div>
      )}
      {entry.kind === 'message' && (
        <div className="hs-quiet">
          {[
            word('channel') === undefined
              ? undefined
              : t(`channel.${word('channel')}`, { defaultValue: word('channel') ?? '' }),
            word('locale') === undefined ? undefined : languageName(word('locale') ?? '', i18n.language),
            word('state') === undefined
              ? undefined
              : t(`noticeState.${word('state')}`, { defaultValue: word('state') ?? '' }),
            data['localeFallback'] === true
              ? t('case.localeFallback', { language: languageName(word('localeAsked') ?? '', i18n.language) })
              : undefined,
          ]
            .filter(Boolean)
            .join(' · ')}
        </div>
      )}
    </li>
  );
}
