/** Why an occurrence cannot be had, in words: what the report says, or what a step was refused with. */
import { useTranslation } from 'react-i18next';
import type { OccurrenceFinding } from '../../../domain/schedule/series.ts';
import { useRefusalReason } from '../parts/refusal.ts';

const codeOf: Readonly<Partial<Record<OccurrenceFinding, string>>> = {
  taken: 'slot-taken',
  closed: 'outside-availability',
  'does-not-exist': 'local-time-does-not-exist',
  ambiguous: 'ambiguous-local-time',
  'patient-overlap': 'patient-overlap',
  'not-eligible': 'patient-not-eligible',
};

export function useFindingWords(): (finding: OccurrenceFinding, data: Readonly<Record<string, unknown>>) => string {
  const { t } = useTranslation();
  const reasonOf = useRefusalReason();
  return (finding, data) => {
    const code = codeOf[finding];
    const more = code === undefined ? undefined : reasonOf({ code, data });
    return more ?? t(`seriesFinding.${finding}`);
  };
}

/** Why a step was not taken. */
export function useStepWords(): (code: string, detail: Readonly<Record<string, unknown>>) => string {
  const { t } = useTranslation();
  const reasonOf = useRefusalReason();
  return (code, detail) => {
    if (code === 'skipped') return t('seriesFinding.skipped');
    if (code === 'not-tried') return t('series.notTried');
    return reasonOf({ code, data: detail }) ?? t(`problem.${code}`, { defaultValue: code });
  };
}
