/** One intake on the board: whose, how far, what is due, and what asks for somebody. */
import { Progress, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Intake } from '../api/intakes.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf } from '../lib/time.ts';
import { Deadline } from '../parts/countdown.tsx';
import { LinkAnchor } from '../parts/links.tsx';
import { IntakeFlags } from './words.tsx';

export function IntakeCard({ intake }: { readonly intake: Intake }) {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  const visit = intake.visit?.start ?? null;
  const answering = intake.submittedAt === null && intake.completedAt === null;
  return (
    <article className="hs-card hs-intake" data-alarm={intake.escalation === 'open' ? true : undefined}>
      <LinkAnchor to="/intakes/$id" params={{ id: intake.id }} data-row>
        {intake.patient.name}
      </LinkAnchor>
      <IntakeFlags intake={intake} />
      {answering && (
        <>
          <Progress
            value={intake.percent}
            size="sm"
            aria-label={t('intakes.progressOf', { name: intake.patient.name })}
          />
          <Text size="sm">
            {intake.percent} %{intake.step !== null && ` · ${t(`intakeStep.${intake.step}`)}`}
          </Text>
        </>
      )}
      {visit !== null && (
        <Text size="sm">
          {t('intakes.visit')}{' '}
          <span className="hs-num">{dateTimeOf(visit, intake.visit?.timeZone ?? zone, i18n.language)}</span>
        </Text>
      )}
      {intake.dueAt !== null && (
        <Text size="sm" className="hs-quiet">
          {t('intakes.due')} <Deadline at={intake.dueAt} zone={zone} />
        </Text>
      )}
    </article>
  );
}
