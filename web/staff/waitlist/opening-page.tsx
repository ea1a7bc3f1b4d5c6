/**
 * A freed time as a story: what was freed, who was asked in which order and why, what they answered, who is next, who was
 * not asked and why, and which times came free because of it.
 */
import { Anchor, Text, Title } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OpeningAction } from '../../../workflows/messages/opening.ts';
import type { OpeningStory } from '../api/types.ts';
import { openingQuery } from '../api/waitlist.ts';
import { TimelineEntries } from '../case/timeline.tsx';
import { usePageTitle } from '../lib/page-title.ts';
import { LinkAnchor } from '../parts/links.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { Answered } from '../parts/page.tsx';
import { Asked } from './asked.tsx';
import { Chain } from './chain.tsx';
import { LiveOffers } from './live-offers.tsx';
import { OpeningFacts, OpeningHead } from './opening-facts.tsx';
import { NextInLine, NotAsked } from './ranking.tsx';
import { Steering } from './steering.tsx';

const route = getRouteApi('/frame/openings/$id');

export function OpeningPage() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const story = useQuery(openingQuery(id));
  usePageTitle(t('opening.title'));
  return (
    <div className="hs-page">
      <LinkAnchor to="/openings" search={{}} size="sm">
        {t('opening.back')}
      </LinkAnchor>
      <Answered query={story} rows={8}>
        {(opening) => <Story key={id} opening={opening} />}
      </Answered>
    </div>
  );
}

function Story({ opening }: { readonly opening: OpeningStory }) {
  const { t } = useTranslation();
  const [done, setDone] = useState<{ readonly action: OpeningAction; readonly at: number } | null>(null);
  const tell = (action: OpeningAction): void => setDone({ action, at: Date.now() });
  const zone = opening.timeZone;
  const nameOf = new Map<unknown, string>(opening.history.map((offer) => [offer.id, offer.patient.name]));
  return (
    <>
      <OpeningHead opening={opening} />
      {done !== null && (
        <Outcome key={done.at}>
          <Text size="sm">{t(`openingDone.${done.action}`)}</Text>
        </Outcome>
      )}
      <div className="hs-two">
        <div className="hs-stack">
          <OpeningFacts opening={opening} />
          <LiveOffers opening={opening} onDone={tell} />
          <Steering opening={opening} onDone={tell} />
          <Asked opening={opening} />
        </div>
        <div className="hs-stack">
          <NextInLine opening={opening} onDone={tell} />
          <NotAsked opening={opening} />
          {opening.chain.length > 0 && <Chain opening={opening} />}
          <section>
            <Title order={2} mb={4}>
              {t('opening.history')}
            </Title>
            <TimelineEntries
              entries={opening.timeline.filter(tellsMore).toReversed()}
              zone={zone}
              about={({ data }) => nameOf.get(data['offerId'])}
            />
          </section>
          {opening.temporalWebUrl !== null && (
            <Anchor href={opening.temporalWebUrl} target="_blank" rel="noreferrer" size="sm">
              {t('opening.temporal')} <IconExternalLink size={14} aria-hidden />
            </Anchor>
          )}
        </div>
      </div>
    </>
  );
}

/** That asking began is said by the first who was asked. */
const tellsMore = ({ kind, event }: OpeningStory['timeline'][number]): boolean =>
  kind !== 'change' || event !== 'offer';
