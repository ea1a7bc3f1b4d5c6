/**
 * On every page of who was told of an urgent item, and of every administrator when nobody answers. It cannot be closed:
 * it goes when somebody has the item, or, for who has it, when they said what came of it.
 */
import './escalations.css';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { escalationsQuery } from '../api/escalations.ts';
import type { Escalation } from '../api/escalations.ts';
import { useWorkplace } from '../lib/session.ts';
import { Deadline } from '../parts/countdown.tsx';
import { LinkButton } from '../parts/links.tsx';

export function UrgentBanner() {
  const { can } = useWorkplace();
  const path = useLocation({ select: (location) => location.pathname });
  const mine = useQuery({ ...escalationsQuery('mine'), enabled: can('escalation:read') });
  const items = (mine.data?.items ?? []).filter((item) => path !== `/escalations/${item.id}`);
  if (items.length === 0) return null;
  const first = items.toSorted((a, b) => urgency(a) - urgency(b)).slice(0, 3);
  return (
    <div className="hs-urgent" role="alert">
      {first.map((item) => (
        <Line key={item.id} item={item} />
      ))}
      <More count={items.length - first.length} />
    </div>
  );
}

const urgency = ({ state }: Escalation): number => (state === 'exhausted' ? 0 : state === 'acknowledged' ? 2 : 1);

function Line({ item }: { readonly item: Escalation }) {
  const { t } = useTranslation();
  const { zone } = useWorkplace();
  const word = item.state === 'exhausted' ? 'exhausted' : item.state === 'acknowledged' ? 'mine' : 'told';
  return (
    <div className="hs-urgent-line" data-tone={word === 'mine' ? 'warn' : 'bad'}>
      <IconAlertTriangle size={20} aria-hidden />
      <span>
        <strong>{t(`escalations.banner.${word}`)}</strong>{' '}
        <span className="hs-quiet">
          {word === 'mine' ? t('escalations.banner.until') : t('escalations.banner.due')}{' '}
          <Deadline at={word === 'mine' ? (item.next?.dueAt ?? item.ackDueAt) : item.ackDueAt} zone={zone} />
        </span>
      </span>
      <LinkButton to="/escalations/$id" params={{ id: item.id }} size="compact-md">
        {t('escalations.banner.open')}
      </LinkButton>
    </div>
  );
}

function More({ count }: { readonly count: number }) {
  const { t } = useTranslation();
  return count > 0 ? <p>{t('escalations.banner.more', { count })}</p> : null;
}
