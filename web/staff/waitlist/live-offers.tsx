/** Each offer that stands: how long it does, and what the patient says through the front desk. */
import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Offer, OpeningStory } from '../api/types.ts';
import { dayOf, timeOf } from '../lib/time.ts';
import { Deadline } from '../parts/countdown.tsx';
import { FormActions } from '../parts/page.tsx';
import { ReasonFields, noReason, reasonText } from '../parts/reason-fields.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { LinkAnchor } from '../parts/links.tsx';
import { declineReasons } from './reasons.ts';
import { useOpeningAct } from './use-act.ts';
import type { Done } from './use-act.ts';

const answers = ['accept', 'decline', 'extend', 'skip'] as const;
type Answer = (typeof answers)[number];

interface Props {
  readonly opening: OpeningStory;
  readonly onDone: Done;
}

export function LiveOffers({ opening, onDone }: Props) {
  return opening.offers.map((offer) => <LiveOffer key={offer.id} offer={offer} opening={opening} onDone={onDone} />);
}

function LiveOffer({ opening, offer, onDone }: Props & { readonly offer: Offer }) {
  const { t } = useTranslation();
  const [asks, setAsks] = useState<Answer | null>(null);
  const extend = useOpeningAct(opening.id, 'extend', onDone);
  const may = (action: Answer): boolean =>
    opening.allowedActions.some((allowed) => allowed.action === action && allowed.possible);
  const shown = answers.filter((action) => may(action) || (action === 'extend' && offer.extended));
  return (
    <section className="hs-card" aria-labelledby={`offer-${offer.id}`}>
      <Stack gap="xs">
        <Title order={2} id={`offer-${offer.id}`}>
          <LinkAnchor to="/patients/$id" params={{ id: offer.patient.id }} inherit>
            {offer.patient.name}
          </LinkAnchor>
        </Title>
        <Text fw={600}>
          {t('openings.answerBy')} <Deadline at={offer.expiresAt} zone={opening.timeZone} />
        </Text>
        {offer.extended && <Text size="sm">{t('opening.extended')}</Text>}
        <ProblemAlert error={extend.error} />
        {asks === null ? (
          <Group gap={6}>
            {shown.map((action) => (
              <Button
                key={action}
                variant={action === 'accept' ? 'filled' : 'default'}
                size="compact-md"
                disabled={action === 'extend' && offer.extended}
                loading={action === 'extend' && extend.isPending}
                onClick={() => (action === 'extend' ? extend.mutate({ offerId: offer.id }) : setAsks(action))}
              >
                {t(`openingAction.${action}`)}
              </Button>
            ))}
          </Group>
        ) : (
          <Sure
            key={asks}
            opening={opening}
            offer={offer}
            action={asks}
            onCancel={() => setAsks(null)}
            onDone={(action) => {
              setAsks(null);
              onDone(action);
            }}
          />
        )}
      </Stack>
    </section>
  );
}

function Sure(props: Props & { readonly offer: Offer; readonly action: Answer; readonly onCancel: () => void }) {
  const { t, i18n } = useTranslation();
  const { opening, offer, action } = props;
  const send = useOpeningAct(opening.id, action, props.onDone);
  const [given, setGiven] = useState(noReason);
  const reason = reasonText(given);
  const hint =
    action === 'accept'
      ? t('opening.acceptHint', {
          day: dayOf(opening.start, opening.timeZone, i18n.language),
          time: timeOf(opening.start, opening.timeZone, i18n.language),
          who: opening.practitioner?.name ?? '',
        })
      : action === 'skip'
        ? t('opening.skipHint')
        : '';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate({ offerId: offer.id, ...(reason === '' ? {} : { reason }) });
      }}
    >
      <Stack gap="sm">
        <ProblemAlert error={send.error} />
        {hint !== '' && <Text size="sm">{hint}</Text>}
        {action === 'accept' && offer.factors.daysGained > 0 && <Text size="sm">{t('opening.acceptMoves')}</Text>}
        {action === 'decline' && (
          <ReasonFields
            value={given}
            onChange={setGiven}
            options={declineReasons.map((value) => ({ value, label: t(`declineReason.${value}`) }))}
            unchosen={t('opening.noReason')}
            autoFocus
            seenByOthers
          />
        )}
        <FormActions verb={t(`openingAction.${action}`)} busy={send.isPending} cancel={props.onCancel} />
      </Stack>
    </form>
  );
}
