/** How far an absence is: settled of all, in words and as a bar. */
import { Progress, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Absence } from '../api/absences.ts';

export function AbsenceProgress({ absence, live = false }: { readonly absence: Absence; readonly live?: boolean }) {
  const { t } = useTranslation();
  const { percent, settled, total } = absence.progress;
  const words = t('absence.progress', { percent, settled, total });
  return (
    <div>
      <Text size="sm" className="hs-num" {...(live && { role: 'status' })}>
        {words}
      </Text>
      <Progress value={percent} aria-label={words} mt={4} />
    </div>
  );
}
