/** From finding one time to booking many: what was chosen so far goes along. */
import { useTranslation } from 'react-i18next';
import type { Criteria } from '../find/criteria.tsx';
import type { Place } from '../find/place.ts';
import { instant, localDay, localMinutes } from '../lib/time.ts';
import { LinkAnchor } from '../parts/links.tsx';

export function SeriesLink(props: {
  readonly criteria: Criteria;
  readonly patient: string | undefined;
  readonly chosen: Place | null;
}) {
  const { t } = useTranslation();
  const { criteria, patient, chosen } = props;
  const or = (value: string): string | undefined => (value === '' ? undefined : value);
  return (
    <div>
      <LinkAnchor
        to="/series/new"
        search={{
          patient,
          type: or(criteria.type),
          practitioner: chosen?.practitionerId ?? or(criteria.practitioner),
          place: chosen?.locationId ?? or(criteria.place),
          ...(chosen === null ? { date: criteria.from } : wallClockOf(chosen)),
        }}
        size="sm"
      >
        {t(chosen === null ? 'series.link' : 'series.linkChosen')}
      </LinkAnchor>
    </div>
  );
}

function wallClockOf({ start, typed, timeZone }: Place): { readonly date: string; readonly time: string } {
  if (typed) return { date: start.slice(0, 10), time: start.slice(11, 16) };
  const minutes = localMinutes(start, timeZone);
  return { date: localDay(start, timeZone), time: instant(minutes * 60_000).slice(11, 16) };
}
