/** Left navigation: only the pages that the person's roles can use. */
import { NavLink, Text } from '@mantine/core';
import {
  IconActivityHeartbeat,
  IconAlertTriangle,
  IconArrowsJoin,
  IconBuildingHospital,
  IconCalendar,
  IconCalendarOff,
  IconCalendarPlus,
  IconCalendarX,
  IconChartDots,
  IconChecklist,
  IconClipboardList,
  IconClockHour4,
  IconDoorEnter,
  IconForms,
  IconFriends,
  IconGavel,
  IconHourglass,
  IconListNumbers,
  IconPhoneCall,
  IconReceipt,
  IconScale,
  IconSignature,
  IconUsers,
  IconUsersGroup,
  IconUserX,
} from '@tabler/icons-react';
import { Link, useLocation } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import type { Action } from '../../../domain/access.ts';
import { useWorkplace } from '../lib/session.ts';

export interface Place {
  readonly to: string;
  readonly word: string;
  readonly icon: ComponentType<{ size?: number; 'aria-hidden'?: boolean }>;
  readonly needs: Action;
}

export const work: readonly Place[] = [
  { to: '/today', word: 'today', icon: IconCalendar, needs: 'appointment:read' },
  { to: '/escalations', word: 'escalations', icon: IconAlertTriangle, needs: 'escalation:read' },
  { to: '/find', word: 'find', icon: IconCalendarPlus, needs: 'appointment:book' },
  { to: '/patients', word: 'patients', icon: IconUsers, needs: 'patient:read' },
  { to: '/walk-ins', word: 'walkIns', icon: IconDoorEnter, needs: 'walk-in:read' },
  { to: '/groups', word: 'groups', icon: IconFriends, needs: 'schedule:read' },
  { to: '/openings', word: 'openings', icon: IconHourglass, needs: 'waitlist:read' },
  { to: '/intakes', word: 'intakes', icon: IconForms, needs: 'intake:read' },
  { to: '/identity', word: 'identity', icon: IconArrowsJoin, needs: 'identity:review' },
  { to: '/on-call', word: 'onCall', icon: IconPhoneCall, needs: 'escalation:read' },
  { to: '/absences', word: 'absences', icon: IconCalendarX, needs: 'case:read' },
  { to: '/tasks', word: 'tasks', icon: IconChecklist, needs: 'task:read' },
  { to: '/charges', word: 'charges', icon: IconReceipt, needs: 'charge:read' },
];

export const administration: readonly Place[] = [
  { to: '/admin/availability', word: 'availability', icon: IconClockHour4, needs: 'schedule:manage' },
  { to: '/admin/closures', word: 'closures', icon: IconCalendarOff, needs: 'schedule:manage' },
  { to: '/admin/cancel-day', word: 'cancelDay', icon: IconUserX, needs: 'appointment:cancel-by-clinic' },
  { to: '/admin/visit-types', word: 'visitTypes', icon: IconClipboardList, needs: 'schedule:manage' },
  { to: '/admin/rooms', word: 'rooms', icon: IconBuildingHospital, needs: 'schedule:manage' },
  { to: '/admin/queues', word: 'queues', icon: IconListNumbers, needs: 'schedule:manage' },
  { to: '/admin/people', word: 'people', icon: IconUsersGroup, needs: 'staff:read' },
  { to: '/admin/policies', word: 'policies', icon: IconGavel, needs: 'policy:manage' },
  { to: '/admin/questionnaires', word: 'questionnaires', icon: IconForms, needs: 'questionnaire:manage' },
  { to: '/admin/consents', word: 'consents', icon: IconSignature, needs: 'consent:publish' },
  { to: '/admin/simulations', word: 'simulations', icon: IconChartDots, needs: 'policy:manage' },
  { to: '/reports/waitlist-equity', word: 'equity', icon: IconScale, needs: 'report:read' },
  { to: '/admin/health', word: 'health', icon: IconActivityHeartbeat, needs: 'system:read' },
];

export function Navigation() {
  const { t } = useTranslation();
  const { can } = useWorkplace();
  const path = useLocation({ select: (location) => location.pathname });
  const list = (places: readonly Place[]) => (
    <ul>
      {places
        .filter((place) => can(place.needs))
        .map((place) => {
          const active = path === place.to || path.startsWith(`${place.to}/`);
          return (
            <li key={place.to}>
              <NavLink
                component={Link}
                to={place.to}
                label={t(`nav.${place.word}`)}
                leftSection={<place.icon size={18} aria-hidden />}
                active={active}
                aria-current={active ? 'page' : undefined}
              />
            </li>
          );
        })}
    </ul>
  );
  const administers = administration.some((place) => can(place.needs));
  return (
    <>
      {list(work)}
      {administers && (
        <>
          <Text size="xs" c="dimmed" className="hs-nav-head">
            {t('nav.administration')}
          </Text>
          {list(administration)}
        </>
      )}
    </>
  );
}
