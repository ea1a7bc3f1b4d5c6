/** What was freed, where it stands, and until when. */
import { Group, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { OpeningStory } from '../api/types.ts';
import { dateTimeOf, timeOf, zoneName } from '../lib/time.ts';
import { Deadline } from '../parts/countdown.tsx';
import { LinkAnchor } from '../parts/links.tsx';
import { OpeningBadge, groupOf, shownOpening } from './opening-state.tsx';

export function OpeningHead({ opening }: { readonly opening: OpeningStory }) {
  const { i18n } = useTranslation();
  const { start, end, timeZone: zone } = opening;
  return (
    <Group justify="space-between" gap="xs" align="start">
      <Title order={1} className="hs-wrapped">
        <span className="hs-num">{dateTimeOf(start, zone, i18n.language)}</span>{' '}
        <span className="hs-num">
          – {timeOf(end, zone, i18n.language)} {zoneName(start, zone, i18n.language)}
        </span>
      </Title>
      <OpeningBadge opening={opening} />
    </Group>
  );
}

export function OpeningFacts({ opening }: { readonly opening: OpeningStory }) {
  const { t, i18n } = useTranslation();
  const zone = opening.timeZone;
  const live = groupOf(opening) !== 'ended';
  const won = opening.history.find((offer) => offer.state === 'accepted');
  return (
    <section className="hs-card">
      <Text mb="xs">{useStanding(opening)}</Text>
      <dl className="hs-facts">
        <dt>{t('case.what')}</dt>
        <dd>
          {opening.visitTypes.map((one) => one.name).join(', ')} · {t(`mode.${opening.mode}`)}
        </dd>
        {opening.practitioner !== null && (
          <>
            <dt>{t('case.with')}</dt>
            <dd>{[opening.practitioner.name, opening.location?.name].filter(Boolean).join(' · ')}</dd>
          </>
        )}
        {opening.sourceAppointmentId !== null && (
          <>
            <dt>{t('opening.freedBy')}</dt>
            <dd>
              <LinkAnchor to="/cases/appointment/$id" params={{ id: opening.sourceAppointmentId }} size="sm">
                {t('opening.source')}
              </LinkAnchor>
            </dd>
          </>
        )}
        {live && !opening.paused && opening.lookAgainAt !== null && (
          <>
            <dt>{t('openings.asksAgain')}</dt>
            <dd>
              <Deadline at={opening.lookAgainAt} zone={zone} />
            </dd>
          </>
        )}
        {live && opening.releaseAt !== null && (
          <>
            <dt>{t('opening.kept')}</dt>
            <dd>
              <Deadline at={opening.releaseAt} zone={zone} />
              <div className="hs-quiet">{t('opening.keptHint')}</div>
            </dd>
          </>
        )}
        {opening.filledAppointmentId !== null && (
          <>
            <dt>{t('opening.filledBy')}</dt>
            <dd>
              <LinkAnchor to="/cases/appointment/$id" params={{ id: opening.filledAppointmentId }} size="sm">
                {won === undefined
                  ? t('opening.filledVisitPlain')
                  : t('opening.filledVisit', { name: won.patient.name })}
              </LinkAnchor>
            </dd>
          </>
        )}
        {opening.endedAt !== null && (
          <>
            <dt>{t('opening.endedAt')}</dt>
            <dd className="hs-num">{dateTimeOf(opening.endedAt, zone, i18n.language)}</dd>
          </>
        )}
        {opening.closedReason !== null && (
          <>
            <dt>{t('case.reason')}</dt>
            <dd>{t(`openingReason.${opening.closedReason}`, { defaultValue: opening.closedReason })}</dd>
          </>
        )}
      </dl>
    </section>
  );
}

/** Who has the ball, in a sentence. */
function useStanding(opening: OpeningStory): string {
  const { t } = useTranslation();
  const [offer] = opening.offers;
  if (offer !== undefined) {
    const name = opening.offers.map((one) => one.patient.name).join(', ');
    return offer.channel === 'call' ? t('opening.now.offeringCall', { name }) : t('opening.now.offering', { name });
  }
  const word = shownOpening(opening);
  // Somebody is left, and nobody is asked: they sleep.
  if (word === 'open' && opening.history.length + opening.ranking.length > 0) return t('opening.now.waiting');
  return t(`opening.now.${word}`);
}
