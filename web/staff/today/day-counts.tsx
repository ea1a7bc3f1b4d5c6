/** How the day stands: how many are expected, wait, are being seen, were seen, or did not come. */
import { useTranslation } from 'react-i18next';
import type { Appointment } from '../api/types.ts';
import { shownState } from '../parts/states.tsx';

export function DayCounts({ visits }: { readonly visits: readonly Appointment[] }) {
  const { t } = useTranslation();
  const counts = countsOf(visits);
  return (
    <dl className="hs-counts">
      {(['expected', 'waiting', 'inVisit', 'done', 'missed'] as const).map((name) => (
        <div key={name}>
          <dt>{t(`today.count.${name}`)}</dt>
          <dd>{counts[name]}</dd>
        </div>
      ))}
    </dl>
  );
}

function countsOf(visits: readonly Appointment[]) {
  const count = (...states: string[]): number => visits.filter((visit) => states.includes(shownState(visit))).length;
  return {
    expected: count('booked', 'confirmed', 'pending'),
    waiting: count('arrived', 'checked-in'),
    inVisit: count('in-visit'),
    done: count('fulfilled'),
    missed: count('noshow'),
  };
}
