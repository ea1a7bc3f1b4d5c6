/** What urgent items are called, wherever they are shown. */
import { IconAlertTriangle, IconCircleCheck, IconPhoneCalling } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Escalation } from '../api/escalations.ts';

const tones = { raised: 'bad', notifying: 'bad', exhausted: 'bad', acknowledged: 'warn', resolved: 'good', cancelled: 'neutral' } as const; // prettier-ignore

export function StateBadge({ state }: { readonly state: Escalation['state'] }) {
  const { t } = useTranslation();
  const Icon = state === 'acknowledged' ? IconPhoneCalling : tones[state] === 'bad' ? IconAlertTriangle : IconCircleCheck;
  return (
    <span className="hs-badge" data-tone={tones[state]}>
      <Icon size={14} aria-hidden />
      {t(`escalationState.${state}`)}
    </span>
  );
} // prettier-ignore

/** Why it was raised; who may not take it on is not told. */
export function useReason(): (item: Escalation) => string {
  const { t } = useTranslation();
  return ({ reasonCode }) =>
    reasonCode === null ? t('escalations.reasonHidden') : t(`redFlag.${reasonCode}`, { defaultValue: reasonCode });
}

/** What comes next by itself. */
export function useNext(): (name: string, targets: readonly string[]) => string {
  const { t } = useTranslation();
  return (name, targets) => {
    if (name === 'unresolved') return t('escalations.next.unresolved');
    if (name === 'exhaust') return t('escalations.next.exhaust');
    const who = targets.map((target) => t(`onCallRole.${target}`)).join(', ');
    return name === 'repeat' ? t('escalations.next.repeat', { who }) : t('escalations.next.step', { who });
  };
}
