/** One freed time on the board: when, with whom, who is asked and how long that stands. */
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { OpeningItem } from '../api/types.ts';
import { dayOf, timeOf } from '../lib/time.ts';
import { Deadline } from '../parts/countdown.tsx';
import { LinkAnchor } from '../parts/links.tsx';
import { OpeningBadge } from './opening-state.tsx';

export function BoardCard({ opening }: { readonly opening: OpeningItem }) {
  const { t, i18n } = useTranslation();
  const zone = opening.timeZone;
  const live = opening.state === 'open' || opening.state === 'offering';
  return (
    <article className="hs-card hs-opening">
      <LinkAnchor to="/openings/$id" params={{ id: opening.id }} className="hs-opening-when" data-row>
        <span className="hs-num">{dayOf(opening.start, zone, i18n.language)}</span>{' '}
        <span className="hs-num">{timeOf(opening.start, zone, i18n.language)}</span>
      </LinkAnchor>
      <Text size="sm">
        {[opening.visitTypes.map((one) => one.name).join(', '), opening.practitioner?.name, opening.location?.name]
          .filter(Boolean)
          .join(' · ')}
      </Text>
      {opening.offers.map((offer) => (
        <div key={offer.id} className="hs-opening-offer">
          <span>
            {t('openings.waitingFor', { name: offer.patient.name })}
            {offer.channel === 'call' && ` ${t('openings.byCall')}`}
          </span>
          <span className="hs-quiet">
            {t('openings.answerBy')} <Deadline at={offer.expiresAt} zone={zone} />
          </span>
        </div>
      ))}
      <div className="hs-quiet hs-opening-more">
        {!live && <OpeningBadge opening={opening} />}
        {opening.asked > 0 ? t('openings.asked', { count: opening.asked }) : live && t('openings.nobodyYet')}
        {opening.cascadeDepth > 0 && <span>{t('openings.chained')}</span>}
        {live && !opening.paused && opening.lookAgainAt !== null && (
          <span>
            {t('openings.asksAgain')}: <Deadline at={opening.lookAgainAt} zone={zone} />
          </span>
        )}
        {live && opening.releaseAt !== null && (
          <span>
            {t('openings.publicAt')}: <Deadline at={opening.releaseAt} zone={zone} />
          </span>
        )}
      </div>
    </article>
  );
}
