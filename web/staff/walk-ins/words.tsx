/** How urgent, and about how long: words beside numbers; the colour alone says nothing. */
import { useTranslation } from 'react-i18next';
import type { TriageScheme } from '../../../domain/walk-in.ts';
import type { WalkIn } from '../api/walk-ins.ts';
import { Badge } from '../parts/states.tsx';
import type { Tone } from '../parts/states.tsx';

const tones: readonly Tone[] = ['bad', 'bad', 'warn', 'info', 'neutral'];

export function Level({ level, scheme }: { readonly level: WalkIn['level']; readonly scheme: TriageScheme }) {
  const { t } = useTranslation();
  if (level === null) return <Badge tone="warn">{t('walkIns.notTriaged')}</Badge>;
  return (
    <Badge tone={tones[level - 1]!}>
      <strong className="hs-num">{level}</strong> {t(`triage.${scheme}.${level}`)}
    </Badge>
  );
}

export function useWaitWords(): (band: WalkIn['wait']) => string {
  const { t } = useTranslation();
  return (band) => {
    if (band === null) return t('walkIns.waitUnknown');
    if (band.to === null) return t('walkIns.waitLong');
    return band.from === 0
      ? t('walkIns.waitUpTo', { to: band.to })
      : t('walkIns.waitBand', { from: band.from, to: band.to });
  };
}
