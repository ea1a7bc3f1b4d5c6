/** Who would be asked next, and who was left out with every reason. What was looked at is kept, so it can be told. */
import { Button, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { OpeningStory, RankedWish } from '../api/types.ts';
import { timeToTheSecond } from '../lib/time.ts';
import { LinkAnchor } from '../parts/links.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { FactorSum, useFactorWords } from './factors.tsx';
import { groupOf } from './opening-state.tsx';
import { useOpeningAct } from './use-act.ts';
import type { Done } from './use-act.ts';

const unasked = (opening: OpeningStory): RankedWish[] => {
  const asked = new Set(opening.history.map((offer) => offer.entryId));
  return opening.ranking.filter((one) => !asked.has(one.entryId));
};

export function NextInLine({ opening, onDone }: { readonly opening: OpeningStory; readonly onDone: Done }) {
  const { t, i18n } = useTranslation();
  const say = useFactorWords();
  const live = groupOf(opening) !== 'ended';
  const mayPin = opening.allowedActions.some((one) => one.action === 'pin' && one.possible);
  const next = unasked(opening)
    .filter((one) => one.eligible)
    .toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
  const [first] = next;
  return (
    <section aria-labelledby="next">
      <Title order={2} mb={4} id="next">
        {live ? t('opening.next') : t('opening.nextEnded')}
      </Title>
      {next.length === 0 ? (
        <Text size="sm" className="hs-quiet">
          {live ? t('opening.nextNobody') : t('opening.nextNobodyEnded')}
        </Text>
      ) : (
        <ol className="hs-plain-list hs-line">
          {next.map((one) => (
            <li key={one.entryId}>
              <div className="hs-turn">
                <span className="hs-quiet">{t('opening.rank', { rank: one.rank })}</span>
                <LinkAnchor to="/patients/$id" params={{ id: one.patient.id }} size="sm" fw={600}>
                  {one.patient.name}
                </LinkAnchor>
                {mayPin && one !== first && <PinButton opening={opening} wish={one} onDone={onDone} />}
              </div>
              <details>
                <summary>{say(one.factors)}</summary>
                <FactorSum factors={one.factors} />
              </details>
            </li>
          ))}
        </ol>
      )}
      {first !== undefined && live && (
        <Text size="xs" className="hs-quiet">
          {t('opening.rankedAt', { time: timeToTheSecond(first.rankedAt, opening.timeZone, i18n.language) })}
        </Text>
      )}
    </section>
  );
}

function PinButton(props: { readonly opening: OpeningStory; readonly wish: RankedWish; readonly onDone: Done }) {
  const { t } = useTranslation();
  const send = useOpeningAct(props.opening.id, 'pin', props.onDone);
  return (
    <>
      <Button
        variant="default"
        size="compact-sm"
        loading={send.isPending}
        aria-label={t('openingAction.pinOf', { name: props.wish.patient.name })}
        onClick={() => send.mutate({ entryId: props.wish.entryId })}
      >
        {t('openingAction.pin')}
      </Button>
      <ProblemAlert error={send.error} />
    </>
  );
}

export function NotAsked({ opening }: { readonly opening: OpeningStory }) {
  const { t } = useTranslation();
  const out = unasked(opening).filter((one) => !one.eligible);
  return (
    <section aria-labelledby="not-asked">
      <Title order={2} mb={4} id="not-asked">
        {t('opening.notAsked')}
      </Title>
      {out.length === 0 ? (
        <Text size="sm" className="hs-quiet">
          {t('opening.notAskedNobody')}
        </Text>
      ) : (
        <ul className="hs-plain-list hs-line">
          {out.map((one) => (
            <li key={one.entryId}>
              <LinkAnchor to="/patients/$id" params={{ id: one.patient.id }} size="sm">
                {one.patient.name}
              </LinkAnchor>
              <div className="hs-quiet">
                {one.reasons.map((reason) => t(`notAsked.${reason}`, { defaultValue: reason })).join(' · ')}
              </div>
            </li>
          ))}
        </ul>
      )}
      {opening.considered > opening.ranking.length && (
        <Text size="xs" className="hs-quiet">
          {t('opening.considered', { count: opening.considered })}
        </Text>
      )}
    </section>
  );
}
