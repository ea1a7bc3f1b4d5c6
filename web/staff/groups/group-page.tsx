/** One session: when, with whom, where, who has a seat, and what can be done about it. */
import { Button, Group, NumberInput, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { bookSeat, cancelGroup, changeCapacity, groupQuery } from '../api/groups.ts';
import type { GroupStory } from '../api/groups.ts';
import { ReasonFields, noReason, reasonText } from '../parts/reason-fields.tsx';
import { usePageTitle } from '../lib/page-title.ts';
import { useWorkplace } from '../lib/session.ts';
import { Dialog } from '../parts/dialog.tsx';
import { LinkAnchor } from '../parts/links.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { Answered, FormActions } from '../parts/page.tsx';
import { PatientPicker } from '../parts/patient-picker.tsx';
import { nameOf } from '../parts/patient-name.ts';
import { ProblemAlert } from '../parts/problem.tsx';
import './groups.css';
import { Seats } from './seats.tsx';
import { GroupBadge, SeatsTaken, useSpan } from './words.tsx';

const route = getRouteApi('/frame/groups/$id');

export function GroupPage() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const asked = useQuery(groupQuery(id));
  usePageTitle(t('group.title'));
  return (
    <div className="hs-page">
      <LinkAnchor to="/groups" search={{}} size="sm">
        {t('group.back')}
      </LinkAnchor>
      <Answered query={asked} rows={8}>
        {(session) => <Loaded key={id} session={session} />}
      </Answered>
    </div>
  );
}

function Loaded({ session }: { readonly session: GroupStory }) {
  const { t } = useTranslation();
  const span = useSpan();
  const [done, setDone] = useState<{ readonly words: string; readonly at: number } | null>(null);
  const say = (words: string): void => setDone({ words, at: Date.now() });
  const isOpen = session.state === 'open';
  return (
    <>
      <Group gap="xs">
        <Title order={1}>{session.visitType.name}</Title>
        <GroupBadge session={session} />
      </Group>
      {done !== null && (
        <Outcome key={done.at}>
          <Text size="sm">{done.words}</Text>
        </Outcome>
      )}
      <div className="hs-two">
        <section aria-labelledby="seats">
          <Title order={2} id="seats" mb={4}>
            {t('group.seats')}
          </Title>
          {isOpen && <BookSeat session={session} onDone={say} />}
          <Seats session={session} onDone={say} />
        </section>
        <div className="hs-stack">
          <dl className="hs-facts">
            <dt>{t('case.when')}</dt>
            <dd className="hs-num">{span(session)}</dd>
            <dt>{t('case.with')}</dt>
            <dd>{[session.practitioner.name, session.room?.name].filter(Boolean).join(' · ')}</dd>
            <dt>{t('find.where')}</dt>
            <dd>
              {session.location.name} · {t(`mode.${session.mode}`)}
            </dd>
            {session.cancelReason !== null && (
              <>
                <dt>{t('case.reason')}</dt>
                <dd>{t(`reason.${session.cancelReason}`, { defaultValue: session.cancelReason })}</dd>
              </>
            )}
          </dl>
          <SeatsTaken session={session} />
          {isOpen && <Capacity session={session} onDone={say} />}
          {isOpen && <CallOff session={session} onDone={say} />}
        </div>
      </div>
    </>
  );
}

interface PartProps {
  readonly session: GroupStory;
  readonly onDone: (words: string) => void;
}

function useRefresh(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    for (const key of ['appointments', 'case', 'tasks', 'availability'])
      void client.invalidateQueries({ queryKey: [key] });
    await client.invalidateQueries({ queryKey: ['groups'] });
  };
}

function BookSeat({ session, onDone }: PartProps) {
  const { t } = useTranslation();
  const { can } = useWorkplace();
  const refresh = useRefresh();
  const book = useMutation({
    mutationFn: ({ id }: { readonly id: string; readonly name: string }) => bookSeat(session.id, id),
    onSuccess: async (_booked, { name }) => {
      await refresh();
      onDone(t('group.booked', { name }));
    },
    onError: () => void refresh(),
  });
  if (!can('appointment:book')) return null;
  if (session.taken >= session.capacity)
    return (
      <Text size="sm" mb="sm">
        {t('group.fullHint')}
      </Text>
    );
  return (
    <div className="hs-card hs-stack">
      <ProblemAlert error={book.error} />
      <PatientPicker
        label={t('group.bookSeat')}
        onPick={(patient) => book.mutate({ id: patient.id, name: nameOf(patient) })}
      />
      {book.isPending && (
        <Text size="sm" role="status">
          {t('group.booking', { name: book.variables.name })}
        </Text>
      )}
    </div>
  );
}

function Capacity({ session, onDone }: PartProps) {
  const { t } = useTranslation();
  const { can } = useWorkplace();
  const refresh = useRefresh();
  const [typed, setTyped] = useState<number>(session.capacity);
  const change = useMutation({
    mutationFn: () => changeCapacity(session.id, typed),
    onSuccess: async () => {
      await refresh();
      onDone(t('group.capacityChanged', { count: typed }));
    },
    onError: () => void refresh(),
  });
  if (!can('appointment:book')) return null;
  return (
    <form
      className="hs-card hs-stack"
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate();
      }}
    >
      <ProblemAlert error={change.error} />
      <NumberInput
        label={t('group.capacity')}
        description={t('group.capacityHint', { taken: session.taken })}
        min={Math.max(1, session.taken)}
        max={200}
        clampBehavior="none"
        allowDecimal={false}
        hideControls
        value={typed}
        onChange={(value) => setTyped(Number(value))}
      />
      <div>
        <Button
          type="submit"
          variant="default"
          loading={change.isPending}
          disabled={typed === session.capacity || typed < 1}
        >
          {t('group.changeCapacity')}
        </Button>
      </div>
    </form>
  );
}

const callOffReasons = ['practitioner-away', 'equipment', 'weather', 'other'] as const;

function CallOff({ session, onDone }: PartProps) {
  const { t } = useTranslation();
  const { can } = useWorkplace();
  const refresh = useRefresh();
  const [asking, setAsking] = useState(false);
  const [given, setGiven] = useState(noReason);
  const reason = reasonText(given);
  const cancel = useMutation({
    mutationFn: () => cancelGroup(session.id, reason),
    onSuccess: async () => {
      setAsking(false);
      await refresh();
      onDone(t('group.calledOff'));
    },
    onError: () => void refresh(),
  });
  if (!can('appointment:cancel-by-clinic')) return null;
  return (
    <div>
      <Button variant="default" color="red" onClick={() => setAsking(true)}>
        {t('group.cancel')}
      </Button>
      <Dialog opened={asking} onClose={() => setAsking(false)} title={t('group.cancel')}>
        <form
          className="hs-stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (reason !== '') cancel.mutate();
          }}
        >
          <ProblemAlert error={cancel.error} />
          <Text size="sm">{t('group.cancelHint', { count: session.taken })}</Text>
          <ReasonFields
            value={given}
            onChange={setGiven}
            options={callOffReasons.map((value) => ({ value, label: t(`reason.${value}`) }))}
            unchosen={t('find.chooseType')}
            data-autofocus
          />
          <FormActions
            verb={t('group.cancel')}
            busy={cancel.isPending}
            disabled={reason === ''}
            cancel={() => setAsking(false)}
          />
        </form>
      </Dialog>
    </div>
  );
}
