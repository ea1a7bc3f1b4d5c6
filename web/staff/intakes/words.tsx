/** States and flags of an intake as words; the colour alone says nothing. */
import { useTranslation } from 'react-i18next';
import type { IntakeState, StepState } from '../../../domain/intake/intake.ts';
import type { Intake } from '../api/intakes.ts';
import { Badge } from '../parts/states.tsx';
import type { Tone } from '../parts/states.tsx';

const stateTones: Readonly<Record<IntakeState, Tone>> = {
  created: 'neutral',
  invited: 'neutral',
  'in-progress': 'info',
  submitted: 'warn',
  'in-review': 'warn',
  returned: 'info',
  completed: 'good',
  expired: 'neutral',
  cancelled: 'neutral',
};
const stepTones: Readonly<Record<StepState, Tone>> = {
  open: 'neutral',
  started: 'info',
  answered: 'good',
  returned: 'warn',
  waived: 'neutral',
  'not-needed': 'neutral',
};

export function IntakeBadge({ state }: { readonly state: IntakeState }) {
  const { t } = useTranslation();
  return <Badge tone={stateTones[state]}>{t(`intakeState.${state}`)}</Badge>;
}

export function StepBadge({ state }: { readonly state: StepState }) {
  const { t } = useTranslation();
  return <Badge tone={stepTones[state]}>{t(`intakeStepState.${state}`)}</Badge>;
}

/** What runs beside the state; only what asks for somebody is shown. */
export function IntakeFlags({ intake }: { readonly intake: Intake }) {
  const { t } = useTranslation();
  const { identity, insurance, escalation } = intake;
  return (
    <span className="hs-intake-flags">
      {intake.minorConsent?.confidential === true && <Badge tone="warn">{t('intakes.confidential')}</Badge>}
      {intake.about === 'consents' && <Badge tone="neutral">{t('intakes.onlyConsents')}</Badge>}
      {escalation === 'open' && <Badge tone="bad">{t('intakes.escalation.open')}</Badge>}
      {escalation === 'acknowledged' && <Badge tone="warn">{t('intakes.escalation.acknowledged')}</Badge>}
      {escalation === 'closed' && <Badge tone="neutral">{t('intakes.escalation.closed')}</Badge>}
      {(identity === 'possible-duplicate' || identity === 'conflict') && (
        <Badge tone="warn">{t(`intakes.identity.${identity}`)}</Badge>
      )}
      {(insurance === 'inactive' || insurance === 'error') && (
        <Badge tone="warn">{t(`intakes.insurance.${insurance}`)}</Badge>
      )}
    </span>
  );
}
