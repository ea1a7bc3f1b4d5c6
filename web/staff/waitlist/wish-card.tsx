/** One wish: what for, since when, how near, what is offered now, and what can be done. */
import { Button, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WaitlistEntryAction } from '../../../workflows/messages/waitlist-entry.ts';
import type { Wish } from '../api/types.ts';
import { actOnWish, wishQuery } from '../api/waitlist.ts';
import type { WishActionBody } from '../api/waitlist.ts';
import { dateTimeOf } from '../lib/time.ts';
import { Deadline } from '../parts/countdown.tsx';
import { LinkAnchor } from '../parts/links.tsx';
import { FormActions } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { Badge } from '../parts/states.tsx';
import type { Tone } from '../parts/states.tsx';
import { pauseReasons } from './reasons.ts';
import { useWishWords } from './wish-words.ts';

const tones: Readonly<Record<Wish['state'], Tone>> = {
  active: 'info',
  offered: 'warn',
  paused: 'neutral',
  promoted: 'good',
  withdrawn: 'neutral',
  expired: 'neutral',
};

export function WishCard(props: {
  readonly wish: Wish;
  readonly zone: string;
  readonly mayManage: boolean;
  readonly onChange: () => void;
}) {
  const { t, i18n } = useTranslation();
  const say = useWishWords();
  const { wish, zone } = props;
  const detail = useQuery(wishQuery(wish.id));
  const what = wish.visitTypes.map((one) => one.name).join(', ');
  const offer = detail.data?.offers.find((one) => one.state === 'offered');
  const band = detail.data?.positionBand ?? null;
  const reason = wish.pausedReason;
  return (
    <article className="hs-card hs-opening" aria-label={what}>
      <div className="hs-turn">
        <b>{what}</b>
        <Badge tone={tones[wish.state]}>{t(`waitState.${wish.state}`)}</Badge>
        {(wish.urgency === 'urgent' || wish.urgency === 'displaced') && (
          <Badge tone="warn">{t(`wish.urgency.${wish.urgency}`)}</Badge>
        )}
      </div>
      <Text size="sm">{say(wish).join(' · ')}</Text>
      {offer !== undefined && (
        <Text size="sm" fw={600}>
          {t('wait.offer')}:{' '}
          <LinkAnchor to="/openings/$id" params={{ id: offer.openingId }} size="sm">
            {dateTimeOf(offer.start, offer.timeZone, i18n.language)}
          </LinkAnchor>{' '}
          <span className="hs-quiet">
            {t('openings.answerBy')} <Deadline at={offer.expiresAt} zone={zone} />
          </span>
        </Text>
      )}
      {reason !== null && (
        <Text size="sm">
          {t('wait.pausedBecause', { reason: t(`wait.pauseReason.${reason}`, { defaultValue: reason }) })}
        </Text>
      )}
      <div className="hs-quiet hs-opening-more">
        <span>
          {t('wait.since')} <span className="hs-num">{dateTimeOf(wish.joinedAt, zone, i18n.language)}</span>
        </span>
        <span>
          {t('wait.until')} <span className="hs-num">{dateTimeOf(wish.expiresAt, zone, i18n.language)}</span>
        </span>
        {band !== null && (
          <span>
            {t('wait.band')}: {t(`wait.band.${band}`)}
          </span>
        )}
        {wish.declines > 0 && <span>{t('wait.declines', { count: wish.declines })}</span>}
        {wish.noResponses > 0 && <span>{t('factor.silent', { count: wish.noResponses })}</span>}
      </div>
      {props.mayManage && <WishActions wish={wish} what={what} onChange={props.onChange} />}
    </article>
  );
}

function WishActions(props: { readonly wish: Wish; readonly what: string; readonly onChange: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { wish } = props;
  const [asks, setAsks] = useState<'pause' | 'withdraw' | null>(null);
  const [reason, setReason] = useState<string>(pauseReasons[0]);
  const send = useMutation({
    mutationFn: ({ action, ...body }: WishActionBody & { action: WaitlistEntryAction }) =>
      actOnWish(wish.id, action, body),
    onSuccess: () => setAsks(null),
    onSettled: () => {
      for (const key of ['waitlist', 'openings']) void client.invalidateQueries({ queryKey: [key] });
    },
  });
  const named = (action: string): string => t('wait.actionOf', { action, what: props.what });
  if (asks !== null) {
    return (
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send.mutate(asks === 'pause' ? { action: 'pause', reason } : { action: 'withdraw' });
        }}
      >
        <Stack gap="xs">
          <ProblemAlert error={send.error} />
          {asks === 'pause' ? (
            <NativeSelect
              label={t('case.reason')}
              autoFocus
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
              data={pauseReasons.map((value) => ({ value, label: t(`wait.pauseReason.${value}`) }))}
            />
          ) : (
            <Text size="sm">{t('wait.withdrawSure')}</Text>
          )}
          <FormActions
            verb={asks === 'pause' ? t('wait.pause') : t('wait.withdraw')}
            busy={send.isPending}
            cancel={() => setAsks(null)}
          />
        </Stack>
      </form>
    );
  }
  const button = (verb: string, press: () => void) => (
    <Button variant="default" size="compact-sm" aria-label={named(verb)} disabled={send.isPending} onClick={press}>
      {verb}
    </Button>
  );
  return (
    <>
      <ProblemAlert error={send.error} />
      <Group gap={6}>
        {button(t('wait.change'), props.onChange)}
        {wish.state === 'paused'
          ? button(t('wait.resume'), () => send.mutate({ action: 'resume' }))
          : button(t('wait.pause'), () => setAsks('pause'))}
        {button(t('wait.withdraw'), () => setAsks('withdraw'))}
      </Group>
    </>
  );
}

/** What came of an earlier one, in a line. */
export function EndedWish({ wish, zone }: { readonly wish: Wish; readonly zone: string }) {
  const { t, i18n } = useTranslation();
  return (
    <Text size="sm">
      {wish.visitTypes.map((one) => one.name).join(', ')} · {t(`waitState.${wish.state}`)} · {t('wait.since')}{' '}
      <span className="hs-num">{dateTimeOf(wish.joinedAt, zone, i18n.language)}</span>
      {wish.promotedAppointmentId !== null && (
        <>
          {' · '}
          <LinkAnchor to="/cases/appointment/$id" params={{ id: wish.promotedAppointmentId }} size="sm">
            {t('wait.visit')}
          </LinkAnchor>
        </>
      )}
    </Text>
  );
}
