/** Each occurrence: where it is now, what became of it, and what can be done about it alone or with all that follow. */
import { Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Occurrence, Series } from '../api/series.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf, timeOf, zoneName } from '../lib/time.ts';
import { useNow } from '../lib/use-now.ts';
import { LinkAnchor } from '../parts/links.tsx';
import { StateBadge } from '../parts/states.tsx';
import { useStepWords } from './findings.ts';

export type Act = 'move' | 'cancel';

export function Occurrences(props: {
  readonly series: Series;
  readonly mayChange: boolean;
  readonly onAct: (act: Act, occurrence: Occurrence) => void;
}) {
  const { t } = useTranslation();
  return (
    <div className="hs-scroll">
      <table className="hs-table" data-cards aria-label={t('series.visits')}>
        <thead>
          <tr>
            <th scope="col">{t('series.numberHead')}</th>
            <th scope="col">{t('case.when')}</th>
            <th scope="col">{t('today.with')}</th>
            <th scope="col">{t('today.state')}</th>
            <th scope="col">{t('series.actions')}</th>
          </tr>
        </thead>
        <tbody>
          {props.series.occurrences.map((one) => (
            <Row key={one.occurrence} {...props} one={one} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ one, series, mayChange, onAct }: Parameters<typeof Occurrences>[0] & { readonly one: Occurrence }) {
  const { t, i18n } = useTranslation();
  const { can } = useWorkplace();
  const now = useNow(60_000);
  const zone = series.timeZone;
  const label = t('series.number', { number: one.occurrence });
  const planned = dateTimeOf(`${one.localStart}Z`, 'UTC', i18n.language);
  const when = one.start === null ? planned : `${dateTimeOf(one.start, zone, i18n.language)} ${zoneName(one.start, zone, i18n.language)}`; // prettier-ignore
  const ahead = one.status === 'booked' && one.start !== null && Date.parse(one.start) > now;
  return (
    <tr>
      <td className="hs-num">{one.occurrence}</td>
      <td>
        {one.appointmentId === null || one.status === null ? (
          <span className="hs-gone">{planned}</span>
        ) : (
          <LinkAnchor to="/cases/appointment/$id" params={{ id: one.appointmentId }} size="sm" className="hs-num">
            {when}
          </LinkAnchor>
        )}
        {one.start !== null && timeOf(one.start, zone, 'en') !== timeOf(`${one.localStart}Z`, 'UTC', 'en') && (
          <Text size="sm" c="dimmed">
            {t('series.insteadOf', { time: planned })}
          </Text>
        )}
        <LastRefusal one={one} series={series} />
      </td>
      <td>{one.practitioner?.name}</td>
      <td>
        {one.status === null ? (
          <span className="hs-badge" data-tone="neutral">
            {t(one.steps.some(({ outcome }) => outcome === 'planned') ? 'series.planned' : 'series.notBooked')}
          </span>
        ) : (
          <StateBadge visit={{ status: one.status }} />
        )}
      </td>
      <td>
        <Group gap={4} wrap="nowrap">
          {mayChange && ahead && can('appointment:reschedule') && (
            <Button
              variant="default"
              size="compact-sm"
              aria-label={t('series.moveOf', { what: label })}
              onClick={() => onAct('move', one)}
            >
              {t('series.move')}
            </Button>
          )}
          {mayChange && ahead && (can('appointment:cancel') || can('appointment:cancel-by-clinic')) && (
            <Button
              variant="default"
              size="compact-sm"
              aria-label={t('series.cancelOf', { what: label })}
              onClick={() => onAct('cancel', one)}
            >
              {t('series.cancel')}
            </Button>
          )}
          {one.status === null &&
            can('appointment:book') &&
            !one.steps.some(({ outcome }) => outcome === 'planned') && (
              <LinkAnchor
                to="/find"
                search={{
                  patient: series.patientId,
                  type: series.visitTypeId,
                  practitioner: series.practitionerId,
                  place: series.locationId,
                  from: one.localStart.slice(0, 10),
                }}
                size="sm"
                aria-label={t('series.findOf', { what: label })}
              >
                {t('nav.find')}
              </LinkAnchor>
            )}
        </Group>
      </td>
    </tr>
  );
}

/** The newest thing that was tried for it and not done. */
function LastRefusal({ one, series }: { readonly one: Occurrence; readonly series: Series }) {
  const { t, i18n } = useTranslation();
  const words = useStepWords();
  const last = one.steps.at(-1);
  if (last?.code == null || (one.status === 'cancelled' && last.code === 'invalid-transition')) return null;
  const why = words(last.code, last.detail);
  const at = last.start === null ? '' : dateTimeOf(last.start, series.timeZone, i18n.language);
  return (
    <Text size="sm" className="hs-series-why">
      {last.kind === 'move' ? t('series.notMoved', { time: at, why }) : why}
    </Text>
  );
}
