/** Who was asked, in order: why this rank, when, how, and what they answered. */
import { IconCheck, IconClock, IconHourglass, IconPlayerSkipForward, IconUserOff, IconX } from '@tabler/icons-react';
import { Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { OfferState } from '../../../domain/waitlist/waitlist.ts';
import type { Offer, OpeningStory } from '../api/types.ts';
import { dayOf, timeOf } from '../lib/time.ts';
import { LinkAnchor } from '../parts/links.tsx';
import { Badge } from '../parts/states.tsx';
import type { Tone } from '../parts/states.tsx';
import { FactorSum, useFactorWords } from './factors.tsx';
import { groupOf } from './opening-state.tsx';

const looks: Readonly<Record<OfferState, readonly [Tone, typeof IconCheck]>> = {
  offered: ['warn', IconHourglass],
  accepted: ['good', IconCheck],
  declined: ['neutral', IconX],
  expired: ['bad', IconClock],
  withdrawn: ['neutral', IconPlayerSkipForward],
  superseded: ['neutral', IconUserOff],
};

export function Asked({ opening }: { readonly opening: OpeningStory }) {
  const { t } = useTranslation();
  const live = groupOf(opening) !== 'ended';
  return (
    <section aria-labelledby="asked">
      <Title order={2} mb={4} id="asked">
        {t('opening.asked')}
      </Title>
      {opening.history.length === 0 ? (
        <Text size="sm" className="hs-quiet">
          {live ? t('opening.askedNobodyYet') : t('opening.askedNobody')}
        </Text>
      ) : (
        <ol className="hs-timeline">
          {opening.history.map((offer) => (
            <Turn key={offer.id} offer={offer} zone={opening.timeZone} />
          ))}
        </ol>
      )}
    </section>
  );
}

function Turn({ offer, zone }: { readonly offer: Offer; readonly zone: string }) {
  const { t, i18n } = useTranslation();
  const say = useFactorWords();
  const [tone, Icon] = looks[offer.state];
  const when = (at: string): string => `${dayOf(at, zone, i18n.language)}, ${timeOf(at, zone, i18n.language)}`;
  const reason = offer.declineReason;
  return (
    <li data-tone={tone}>
      <Icon size={16} aria-hidden />
      <div className="hs-turn">
        <span className="hs-quiet">{t('opening.rank', { rank: offer.rank })}</span>
        <LinkAnchor to="/patients/$id" params={{ id: offer.patient.id }} size="sm" fw={600}>
          {offer.patient.name}
        </LinkAnchor>
        <Badge tone={tone}>{t(`offerState.${offer.state}`)}</Badge>
      </div>
      <div className="hs-quiet">
        {t('opening.sent', {
          time: when(offer.offeredAt),
          how: t(`opening.how.${offer.channel}`, { defaultValue: '' }),
        })}
        {offer.extended && ` · ${t('opening.extended')}`}
      </div>
      {offer.answeredAt !== null && (
        <div className="hs-quiet">
          {t('opening.answered', { state: t(`offerState.${offer.state}`), time: when(offer.answeredAt) })}{' '}
          {offer.answeredVia !== null && t(`opening.via.${offer.answeredVia}`, { defaultValue: '' })}
        </div>
      )}
      {reason !== null && (
        <div>
          {t('case.because', {
            reason: t(`declineReason.${reason}`, {
              defaultValue: t(`openingReason.${reason}`, { defaultValue: reason }),
            }),
          })}
        </div>
      )}
      <details>
        <summary>
          {t('opening.whyRank', { rank: offer.rank })}: {say(offer.factors)}
        </summary>
        <FactorSum factors={offer.factors} />
      </details>
    </li>
  );
}
