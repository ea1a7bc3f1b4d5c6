/** Urgent items by their state, with their clocks; those that are over, latest first. */
import './escalations.css';
import { Group as Row, NativeSelect, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { escalationsQuery } from '../api/escalations.ts';
import type { Escalation } from '../api/escalations.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf } from '../lib/time.ts';
import { Deadline } from '../parts/countdown.tsx';
import { LinkAnchor, LinkButton } from '../parts/links.tsx';
import { Answered, Empty, Page } from '../parts/page.tsx';
import { RaiseAlarm } from './raise-alarm.tsx';
import { StateBadge, useNext, useReason } from './words.tsx';

const route = getRouteApi('/frame/escalations');
const groups = [['exhausted'], ['raised', 'notifying'], ['acknowledged'], ['resolved', 'cancelled']] as const;

export function EscalationsPage() {
  const { t } = useTranslation();
  const { over } = route.useSearch();
  const navigate = route.useNavigate();
  const { can } = useWorkplace();
  const list = useQuery(escalationsQuery(over === true ? 'ended' : 'open'));
  return (
    <Page
      title={t('nav.escalations')}
      actions={
        <Row gap="xs">
          {can('escalation:raise') && <RaiseAlarm />}
          <LinkButton to="/on-call" variant="default">
            {t('nav.onCall')}
          </LinkButton>
        </Row>
      }
    >
      <div className="hs-filters">
        <NativeSelect
          label={t('escalations.show')}
          value={over === true ? 'ended' : 'open'}
          onChange={(event) => {
            const ended = event.currentTarget.value === 'ended';
            void navigate({ replace: true, search: ended ? { over: true } : {} });
          }}
          data={[
            { value: 'open', label: t('escalations.open') },
            { value: 'ended', label: t('escalations.ended') },
          ]}
        />
      </div>
      <Answered query={list}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('escalations.none')} hint={t('escalations.noneHint')} />
          ) : (
            <>
              {groups.map((states) => (
                <Group
                  key={states[0]}
                  state={states[0]}
                  items={items.filter((item) => (states as readonly string[]).includes(item.state))}
                />
              ))}
            </>
          )
        }
      </Answered>
    </Page>
  );
}

function Group({ state, items }: { readonly state: Escalation['state']; readonly items: readonly Escalation[] }) {
  const { t } = useTranslation();
  if (items.length === 0) return null;
  return (
    <section aria-labelledby={`escalations-${state}`}>
      <Title order={2} id={`escalations-${state}`}>
        {t(`escalations.group.${state}`)} <span className="hs-quiet hs-num">{items.length}</span>
      </Title>
      <ul className="hs-plain-list hs-escalations">
        {items.map((item) => (
          <li key={item.id}>
            <Card item={item} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Card({ item }: { readonly item: Escalation }) {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  const reason = useReason();
  const next = useNext();
  return (
    <article className="hs-card hs-escalation" aria-label={`${item.patient.name}, ${t(`escalationState.${item.state}`)}`}>
      <div className="hs-escalation-head">
        <StateBadge state={item.state} />
        {item.level === 'code' && <strong>{t('escalations.code')}</strong>}
        <LinkAnchor to="/escalations/$id" params={{ id: item.id }} fw={600}>
          {item.patient.name}
        </LinkAnchor>
      </div>
      <Text size="sm">{reason(item)}</Text>
      {item.next !== null && (
        <Text size="sm" className="hs-quiet">
          {next(item.next.name, item.next.targets)}: <Deadline at={item.next.dueAt} zone={zone} />
        </Text>
      )}
      {item.acknowledgedBy !== null && (
        <Text size="sm">{t('escalations.hasIt', { name: item.acknowledgedBy.name })}</Text>
      )}
      {item.outcome !== null && <Text size="sm">{t(`escalationOutcome.${item.outcome}`)}</Text>}
      <Text size="xs" className="hs-quiet">
        {t('escalations.raised')} <span className="hs-num">{dateTimeOf(item.raisedAt, zone, i18n.language)}</span>
        {item.location !== null && ` · ${item.location.name}`}
      </Text>
    </article>
  );
} // prettier-ignore
