/** A patient: who, how to reach them, what is planned and what was said. */
import { Alert, Group, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { patientQuery } from '../api/queries.ts';
import { usePageTitle } from '../lib/page-title.ts';
import { useWorkplace } from '../lib/session.ts';
import { ageOn } from '../lib/time.ts';
import { useToday } from '../lib/use-now.ts';
import { RaiseAlarm } from '../escalations/raise-alarm.tsx';
import { LinkButton } from '../parts/links.tsx';
import { Answered } from '../parts/page.tsx';
import { nameOf } from '../parts/patient-name.ts';
import { Badge } from '../parts/states.tsx';
import { Account } from './account.tsx';
import { ChartFacts } from './chart-facts.tsx';
import { Consents } from './consents.tsx';
import { Guardians, SignedConsents } from './consent-records.tsx';
import { Contacts } from './contacts.tsx';
import { Coverages } from './coverage.tsx';
import { Demographics } from './demographics.tsx';
import { Identifiers } from './identifiers.tsx';
import { Names } from './names.tsx';
import { Notices, Visits } from './visits.tsx';
import { PatientSeries } from '../series/patient-series.tsx';
import { Wishes } from '../waitlist/wishes.tsx';

const route = getRouteApi('/frame/patients/$id');

export function PatientPage() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const { can, zone } = useWorkplace();
  const today = useToday(zone);
  const chart = useQuery(patientQuery(id));
  // The name stays out of the window's title, which outlives the session.
  usePageTitle(t('patient.title'));
  const mayEdit = can('patient:update');
  return (
    <div className="hs-page">
      <Answered query={chart}>
        {({ answer: patient, etag }) => (
          <>
            <Group justify="space-between" gap="xs">
              <div>
                <Title order={1}>{nameOf(patient)}</Title>
                <Group gap="xs" className="hs-num">
                  <span>{patient.mrn}</span>
                  {patient.birthDate?.length === 10 && (
                    <span>{t('patient.age', { age: ageOn(patient.birthDate, today) })}</span>
                  )}
                  {patient.deceased && <Badge tone="neutral">{t('patient.deceased')}</Badge>}
                  {!patient.active && <Badge tone="warn">{t('patient.inactive')}</Badge>}
                </Group>
              </div>
              <Group gap="xs">
                {can('escalation:raise') && !patient.deceased && (
                  <RaiseAlarm about={{ kind: 'patient', id, name: nameOf(patient) }} />
                )}
                {can('appointment:book') && !patient.deceased && (
                  <LinkButton to="/find" search={{ patient: id }}>
                    {t('today.book')}
                  </LinkButton>
                )}
              </Group>
            </Group>
            {patient.deceased && (
              <Alert className="hs-alert" data-tone="neutral">
                {t('patient.deceasedHint')}
              </Alert>
            )}
            <Visits id={id} mayBook={can('appointment:book') && !patient.deceased} />
            {can('case:read') && <PatientSeries id={id} mayBook={can('appointment:book') && !patient.deceased} />}
            {can('waitlist:read') && (
              <Wishes id={id} zone={zone} mayManage={can('waitlist:manage') && !patient.deceased} />
            )}
            {can('coverage:read') && (
              <Coverages patientId={id} mayManage={can('coverage:manage') && !patient.deceased} />
            )}
            {can('chart:read') && <ChartFacts patientId={id} mayVerify={can('chart:verify')} />}
            <div className="hs-two">
              <Demographics patient={patient} etag={etag ?? ''} mayEdit={mayEdit} />
              <Consents patient={patient} mayEdit={mayEdit} />
              <Names patient={patient} mayEdit={mayEdit} />
              <Identifiers patient={patient} mayEdit={mayEdit} />
              <Contacts patient={patient} mayEdit={mayEdit} />
              {can('consent:read') && <Guardians patientId={id} mayEdit={mayEdit} />}
              {can('consent:read') && <SignedConsents patientId={id} mayEdit={mayEdit} />}
              <Account patient={patient} mayInvite={can('patient:invite')} />
            </div>
            <Notices id={id} zone={zone} />
          </>
        )}
      </Answered>
    </div>
  );
}
