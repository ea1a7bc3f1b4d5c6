/** A visit by video, beside its case: when the door opens, who has gone in, where the patient is, and the way in. */
import { Anchor, Button, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { stateName } from '../../../domain/patient/us-states.ts';
import { abroad } from '../../../domain/appointment/telehealth.ts';
import { joinTelehealth, telehealthQuery } from '../api/groups.ts';
import type { Telehealth as Asked } from '../api/groups.ts';
import { useWorkplace } from '../lib/session.ts';
import { timeToTheSecond } from '../lib/time.ts';
import { Countdown, Deadline } from '../parts/countdown.tsx';
import { Answered } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { Badge } from '../parts/states.tsx';

export function Telehealth({ id, zone, order }: { readonly id: string; readonly zone: string; readonly order: 2 | 3 }) {
  const { t } = useTranslation();
  const asked = useQuery(telehealthQuery(id));
  return (
    <section className="hs-card hs-stack">
      <Title order={order}>{t('video.title')}</Title>
      <Answered query={asked} rows={2}>
        {(video) => <Loaded id={id} zone={zone} video={video} />}
      </Answered>
    </section>
  );
}

function Loaded({ id, zone, video }: { readonly id: string; readonly zone: string; readonly video: Asked }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const place = (code: string): string => (code === abroad ? t('video.abroad') : stateName(code, i18n.language));
  const again = (): void => void client.invalidateQueries({ queryKey: ['case'] });
  return (
    <>
      {video.stage === 'early' && video.opensAt !== null && (
        <Text size="sm">
          {t('video.opens')} <Countdown until={video.opensAt} onEnd={again} />
        </Text>
      )}
      {video.stage === 'open' && (video.hasRooms ? <Join id={id} until={video.closesAt} zone={zone} /> : <Text size="sm">{t('video.noRooms')}</Text>)}
      {video.stage === 'by-phone' && <Text size="sm">{t('video.byPhone')}</Text>}
      {video.stage === 'over' && <Text size="sm">{t('video.over')}</Text>}
      {video.stage === 'not-possible' && <Text size="sm">{t('video.notPossible')}</Text>}
      <dl className="hs-facts">
        {video.entered.length > 0 && (
          <>
            <dt>{t('video.entered')}</dt>
            <dd className="hs-num">
              {video.entered.map((one) => `${t(`video.${one.participant}`)} ${timeToTheSecond(one.at, zone, i18n.language)}`).join(' · ')}
            </dd>
          </>
        )}
        {video.locations.length > 0 && (
          <>
            <dt>{t('video.where')}</dt>
            <dd>
              {video.locations.map((one) => (
                <div key={one.at}>
                  {place(one.usState)}{' '}
                  {one.licensed === false && <Badge tone="bad">{t('video.notLicensed')}</Badge>}
                </div>
              ))}
            </dd>
          </>
        )}
        <dt>{t('video.licensed')}</dt>
        <dd>
          {video.licensedStates.length === 0 ? t('video.licensedUnknown') : video.licensedStates.map(place).join(', ')}
        </dd>
      </dl>
    </>
  );
} // prettier-ignore

function Join({ id, until, zone }: { readonly id: string; readonly until: string | null; readonly zone: string }) {
  const { t } = useTranslation();
  const { can } = useWorkplace();
  const join = useMutation({ mutationFn: () => joinTelehealth(id) });
  return (
    <>
      {until !== null && (
        <Text size="sm">
          {t('video.until')} <Deadline at={until} zone={zone} />
        </Text>
      )}
      <ProblemAlert error={join.error} />
      {can('appointment:complete') &&
        (join.data === undefined ? (
          <div>
            <Button loading={join.isPending} onClick={() => join.mutate()}>
              {t('video.join')}
            </Button>
          </div>
        ) : (
          <Text size="sm" role="status">
            <Anchor href={join.data.url} target="_blank" rel="noreferrer" autoFocus onClick={() => join.reset()}>
              {t('video.enter')}
            </Anchor>{' '}
            {t('video.once')}
          </Text>
        ))}
    </>
  );
}
