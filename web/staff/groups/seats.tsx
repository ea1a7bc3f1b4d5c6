/** Who has which seat, and what was given back. A seat is a visit: everything else about it is on its own page. */
import { Button, Group, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { GroupStory, Seat } from '../api/groups.ts';
import { ActionForm } from '../case/action-form.tsx';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf, HOUR, MINUTE } from '../lib/time.ts';
import { useNow } from '../lib/use-now.ts';
import { Dialog } from '../parts/dialog.tsx';
import { LinkAnchor, LinkButton } from '../parts/links.tsx';
import { StateBadge } from '../parts/states.tsx';

export function Seats({ session, onDone }: { readonly session: GroupStory; readonly onDone: (words: string) => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [cancelling, setCancelling] = useState<Seat | null>(null);
  const taken = session.seats.filter((seat) => seat.releasedAt === null);
  const given = session.seats.filter((seat) => seat.releasedAt !== null);
  return (
    <>
      {taken.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('group.nobody')}
        </Text>
      ) : (
        <ul className="hs-plain-list">
          {taken.map((seat) => (
            <li key={seat.appointment.id}>
              <Row seat={seat} onCancel={() => setCancelling(seat)} />
            </li>
          ))}
        </ul>
      )}
      {given.length > 0 && (
        <details>
          <summary>{t('group.givenBack', { count: given.length })}</summary>
          <ul className="hs-plain-list">
            {given.map((seat) => (
              <li key={`${seat.appointment.id}${seat.takenAt}`}>
                <GivenBack seat={seat} zone={session.timeZone} />
              </li>
            ))}
          </ul>
        </details>
      )}
      <Dialog
        opened={cancelling !== null}
        onClose={() => setCancelling(null)}
        title={t('group.cancelSeat', { name: cancelling?.appointment.patient.name ?? '' })}
      >
        {cancelling !== null && (
          <ActionForm
            visit={cancelling.appointment}
            action="cancel"
            onCancel={() => setCancelling(null)}
            onDone={() => {
              setCancelling(null);
              void client.invalidateQueries({ queryKey: ['groups'] }).then(() => onDone(t('group.seatFree')));
            }}
          />
        )}
      </Dialog>
    </>
  );
}

function Row({ seat, onCancel }: { readonly seat: Seat; readonly onCancel: () => void }) {
  const { t } = useTranslation();
  const { can } = useWorkplace();
  const { appointment: visit } = seat;
  const { name } = visit.patient;
  const mayLeave = visit.status === 'booked' || visit.status === 'arrived';
  // Earlier it would be refused.
  const now = useNow(MINUTE);
  const soon = visit.start !== null && Date.parse(visit.start) - now <= HOUR;
  return (
    <div className="hs-seat">
      <span className="hs-num" aria-label={t('group.seatNumber', { number: seat.number })}>
        {seat.number}
      </span>
      <div>
        <LinkAnchor to="/cases/appointment/$id" params={{ id: visit.id }}>
          {name}
        </LinkAnchor>{' '}
        <StateBadge visit={visit} />
        <Text size="xs" className="hs-num">
          {visit.patient.mrn}
        </Text>
      </div>
      <Group gap="xs">
        {can('appointment:check-in') && mayLeave && soon && (
          <LinkButton
            to="/cases/appointment/$id"
            params={{ id: visit.id }}
            search={{ begin: 'check-in' }}
            variant="default"
            size="xs"
            aria-label={t('group.checkInName', { name })}
          >
            {t('action.check-in')}
          </LinkButton>
        )}
        {can('appointment:cancel') && mayLeave && (
          <Button variant="default" size="xs" onClick={onCancel} aria-label={t('group.cancelSeat', { name })}>
            {t('group.cancelShort')}
          </Button>
        )}
      </Group>
    </div>
  );
}

function GivenBack({ seat, zone }: { readonly seat: Seat; readonly zone: string }) {
  const { i18n } = useTranslation();
  return (
    <Text size="sm" className="hs-seat" component="div">
      <span className="hs-num">{seat.number}</span>
      <span>
        <LinkAnchor to="/cases/appointment/$id" params={{ id: seat.appointment.id }}>
          {seat.appointment.patient.name}
        </LinkAnchor>{' '}
        <StateBadge visit={seat.appointment} />
      </span>
      <span className="hs-num">{dateTimeOf(seat.releasedAt ?? seat.takenAt, zone, i18n.language)}</span>
    </Text>
  );
}
