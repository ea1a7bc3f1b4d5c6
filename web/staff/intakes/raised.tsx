/** Danger that an answer told of: it stays, whatever the answer became since. */
import { Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { IntakeDetail } from '../api/intakes.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf } from '../lib/time.ts';
import { LinkAnchor } from '../parts/links.tsx';

export function Raised({ intake }: { readonly intake: IntakeDetail }) {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  if (intake.raised.length === 0) return null;
  return (
    <section aria-labelledby="intake-raised" className="hs-card hs-intake-alarm">
      <Title order={2} id="intake-raised">
        {t('intakes.raised')}
      </Title>
      <ul className="hs-plain-list">
        {intake.raised.map((flag) => (
          <li key={flag.id}>
            <Text fw={600}>{t(`redFlag.${flag.rule}`)}</Text>
            <Text size="sm">
              {t(`intakeStep.${flag.step}`)} ·{' '}
              <span className="hs-num">{dateTimeOf(flag.raisedAt, zone, i18n.language)}</span>
              {flag.answerChangedAt !== null &&
                ` · ${t('intakes.answerChanged', { time: dateTimeOf(flag.answerChangedAt, zone, i18n.language) })}`}
            </Text>
            {flag.escalationId !== null && (
              <LinkAnchor to="/escalations/$id" params={{ id: flag.escalationId }} size="sm">
                {t('intakes.toEscalation')}
              </LinkAnchor>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
