/** One urgent item, made for a telephone in one hand: what it is, one large button, who was told, and who comes next. */
import './escalations.css';
import { Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isoDurationToMs } from '../../../domain/calendar/calendar.ts';
import type { EscalationAction } from '../../../domain/escalation.ts';
import { escalationQuery } from '../api/escalations.ts';
import type { EscalationDetail } from '../api/escalations.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf, timeOf, timeToTheSecond } from '../lib/time.ts';
import { Deadline } from '../parts/countdown.tsx';
import { LinkAnchor } from '../parts/links.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { Answered, Page } from '../parts/page.tsx';
import { Acknowledge, Resolve, TakeBack, WithReason } from './action-forms.tsx';
import { StateBadge, useNext, useReason } from './words.tsx';

const route = getRouteApi('/frame/escalations/$id');

export function EscalationPage() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const item = useQuery(escalationQuery(id));
  const [done, setDone] = useState<EscalationAction | null>(null);
  return (
    <Page title={t('escalations.title')} narrow>
      {done !== null && <Outcome key={done}>{t(`escalations.done.${done}`)}</Outcome>}
      <Answered query={item}>{(data) => <One item={data} onDone={setDone} />}</Answered>
    </Page>
  );
}

interface Props {
  readonly item: EscalationDetail;
  readonly onDone: (action: EscalationAction) => void;
}

function One({ item, onDone }: Props) {
  const { t } = useTranslation();
  const may = (action: EscalationAction): boolean => item.allowedActions.includes(action);
  const unanswered = item.state === 'raised' || item.state === 'notifying' || item.state === 'exhausted';
  return (
    <div className="hs-escalation-page">
      <About item={item} />
      {item.cancelUntil !== null && <TakeBack until={item.cancelUntil} item={item} onDone={onDone} />}
      <Calls item={item} />
      {may('ack') && unanswered && <Acknowledge item={item} onDone={onDone} />}
      {unanswered && !may('ack') && <Text size="sm">{t('escalations.notTold')}</Text>}
      {may('resolve') && <Resolve item={item} onDone={onDone} />}
      {may('extend') && <WithReason item={item} action="extend" onDone={onDone} />}
      {may('ack') && !unanswered && <Acknowledge item={item} onDone={onDone} />}
      <Responders item={item} />
      <Ahead item={item} />
      <Told item={item} />
      {may('cancel') && item.cancelUntil === null && <WithReason item={item} action="cancel" onDone={onDone} />}
      <History item={item} />
    </div>
  );
}

type Shown = Pick<Props, 'item'>;

function About({ item }: Shown) {
  const { t, i18n } = useTranslation();
  const { zone, can } = useWorkplace();
  const reason = useReason();
  return (
    <section className="hs-card hs-escalation" aria-label={t('escalations.about')}>
      <div className="hs-escalation-head">
        <StateBadge state={item.state} />
        {item.level === 'code' && <strong>{t('escalations.code')}</strong>}
      </div>
      <Text size="lg" fw={650}>
        {reason(item)}
      </Text>
      <Text>
        <LinkAnchor to="/patients/$id" params={{ id: item.patient.id }}>
          {item.patient.name}
        </LinkAnchor>{' '}
        <span className="hs-quiet hs-num">{item.patient.mrn}</span>
      </Text>
      {item.subject.kind === 'intake' && can('intake:read') && (
        <LinkAnchor to="/intakes/$id" params={{ id: item.subject.id }}>
          {t('escalations.toIntake')}
        </LinkAnchor>
      )}
      <Text size="sm" className="hs-quiet">
        {t('escalations.raised')} {dateTimeOf(item.raisedAt, zone, i18n.language)}
        {item.location !== null && ` · ${item.location.name}`}
      </Text>
      {item.state !== 'acknowledged' && item.endedAt === null && (
        <Text size="sm">
          {t('escalations.ackDue')} <Deadline at={item.ackDueAt} zone={zone} />
        </Text>
      )}
      {item.state === 'acknowledged' && item.next !== null && (
        <Text size="sm">
          {t('escalations.next.unresolved')}: <Deadline at={item.next.dueAt} zone={zone} />
        </Text>
      )}
      {item.mine && item.presenceWithin !== null && (
        <Text size="sm">
          {t('escalations.presence', { minutes: Math.round(isoDurationToMs(item.presenceWithin) / 60_000) })}
        </Text>
      )}
      {item.outcome !== null && (
        <Text fw={600}>
          {t(`escalationOutcome.${item.outcome}`)}
          {item.outcomeNote !== null && ` · ${item.outcomeNote}`}
        </Text>
      )}
    </section>
  );
}

/** Who raised it, and what they wrote beside the reason: nowhere but on this page. */
function Calls({ item }: Shown) {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  if (item.calls.length === 0) return null;
  return (
    <section aria-labelledby="escalation-calls">
      <Title order={2} id="escalation-calls">
        {t('escalations.raisedBy')}
      </Title>
      <ul className="hs-plain-list hs-escalation-lines">
        {item.calls.map((one) => (
          <li key={one.at}>
            <strong>{one.by?.name ?? '–'}</strong>{' '}
            <span className="hs-quiet hs-num">{timeToTheSecond(one.at, zone, i18n.language)}</span>
            {one.note !== null && <div>{one.note}</div>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Responders({ item }: Shown) {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  if (item.responders.length === 0) return null;
  return (
    <section aria-labelledby="escalation-responders">
      <Title order={2} id="escalation-responders">
        {t('escalations.responders')}
      </Title>
      <ul className="hs-plain-list hs-escalation-lines">
        {item.responders.map((one) => (
          <li key={`${one.round} ${one.person.id}`}>
            <strong>{one.person.name}</strong>{' '}
            <span className="hs-quiet">
              {one.first ? t('escalations.first') : t('escalations.joined')} {timeOf(one.at, zone, i18n.language)}
              {one.etaAt !== null && ` · ${t('escalations.etaAt', { time: timeOf(one.etaAt, zone, i18n.language) })}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Ahead({ item }: Shown) {
  const { t } = useTranslation();
  const { zone } = useWorkplace();
  const next = useNext();
  if (item.ahead.length === 0 || item.state === 'acknowledged') return null;
  return (
    <section aria-labelledby="escalation-ahead">
      <Title order={2} id="escalation-ahead">
        {t('escalations.ahead')}
      </Title>
      <ol className="hs-plain-list hs-escalation-lines">
        {item.ahead.map((one) => (
          <li key={one.name}>
            <Deadline at={one.dueAt} zone={zone} /> · {next(one.name, one.targets)}
            <div className="hs-quiet">
              {one.people.length === 0 ? t('onCall.nobody') : one.people.map((who) => who.name).join(', ')}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Told({ item }: Shown) {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  return (
    <section aria-labelledby="escalation-told">
      <Title order={2} id="escalation-told">
        {t('escalations.told')}
      </Title>
      <ul className="hs-plain-list hs-escalation-lines">
        {item.told.map((one) => (
          <li key={one.id} data-state={one.state}>
            <span className="hs-num">{timeToTheSecond(one.at, zone, i18n.language)}</span>{' '}
            <strong>{one.person?.name ?? t('onCall.nobody')}</strong>{' '}
            <span className="hs-quiet">
              {t(`onCallRole.${one.target}`)}
              {one.channel !== 'none' && ` · ${t(`noticeChannel.${one.channel}`)}`} · {t(`noticeState.${one.state}`)}
              {one.insteadOf !== null && ` · ${t('escalations.insteadOf', { channel: t(`noticeChannel.${one.insteadOf}`) })}`}
            </span>
            {one.telephone !== null && (
              <>
                {' '}
                <a href={`tel:${one.telephone.replaceAll(/[^+\d]/g, '')}`}>{one.telephone}</a>
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
} // prettier-ignore

function History({ item }: Shown) {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  return (
    <details className="hs-escalation-more">
      <summary>{t('escalations.history')}</summary>
      <ol className="hs-plain-list hs-escalation-lines">
        {item.timeline.map((entry, n) => (
          <li key={`${entry.at} ${n}`}>
            <span className="hs-num">{timeToTheSecond(entry.at, zone, i18n.language)}</span>{' '}
            {entry.kind === 'refused'
              ? `${t('walkIns.refused')}: ${t(`problem.${entry.code ?? 'internal'}`)}`
              : t(`escalationEvent.${entry.event}`)}
            <span className="hs-quiet">
              {entry.reason !== null && ` · ${entry.reason}`}
              {entry.actor !== null && entry.actor.name !== null && ` · ${entry.actor.name}`}
            </span>
          </li>
        ))}
      </ol>
      {item.temporalWebUrl !== null && (
        <a href={item.temporalWebUrl} target="_blank" rel="noreferrer">
          Temporal Web
        </a>
      )}
    </details>
  );
}
