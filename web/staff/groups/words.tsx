/** What a session is called, how full it is, how it stands. */
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { GroupSession } from '../api/groups.ts';
import { dateTimeOf, timeOf, zoneName } from '../lib/time.ts';
import { Badge, type Tone } from '../parts/states.tsx';

const tones: Readonly<Record<GroupSession['state'], Tone>> = {
  open: 'good',
  cancelling: 'warn',
  cancelled: 'neutral',
  over: 'neutral',
};

export function GroupBadge({ session }: { readonly session: GroupSession }) {
  const { t } = useTranslation();
  const full = session.state === 'open' && session.taken >= session.capacity;
  return (
    <Badge tone={full ? 'info' : tones[session.state]}>
      {full ? t('group.full') : t(`group.state.${session.state}`)}
    </Badge>
  );
}

export function useSpan(): (session: GroupSession) => string {
  const { i18n } = useTranslation();
  return ({ start, end, timeZone }) =>
    `${dateTimeOf(start, timeZone, i18n.language)} – ${timeOf(end, timeZone, i18n.language)} ${zoneName(start, timeZone, i18n.language)}`;
}

/** The bar says nothing that the words beside it do not. */
export function SeatsTaken({ session }: { readonly session: GroupSession }) {
  const { t } = useTranslation();
  const share = Math.min(100, Math.round((session.taken / session.capacity) * 100));
  return (
    <div>
      <Text size="sm" className="hs-num">
        {t('group.taken', { taken: session.taken, capacity: session.capacity })}
      </Text>
      <div className="hs-seats-bar" aria-hidden>
        <span style={{ inlineSize: `${share}%` }} />
      </div>
    </div>
  );
}
