/** Find patients: the same words as the search of the top bar, with room to compare. */
import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { patientsQuery } from '../api/queries.ts';
import { useWorkplace } from '../lib/session.ts';
import { ageOn, plainDay } from '../lib/time.ts';
import { useToday } from '../lib/use-now.ts';
import { LinkAnchor, LinkButton } from '../parts/links.tsx';
import { Answered, Empty, Page } from '../parts/page.tsx';
import { nameOf } from '../parts/patient-name.ts';
import { Badge } from '../parts/states.tsx';

const route = getRouteApi('/frame/patients');

export function PatientsPage() {
  const { t, i18n } = useTranslation();
  const { can, zone } = useWorkplace();
  const { q = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(q);
  const [asked] = useDebouncedValue(typed.trim(), 200);
  useEffect(() => {
    void navigate({ replace: true, search: { q: asked === '' ? undefined : asked } });
  }, [asked, navigate]);
  const found = useQuery({ ...patientsQuery(asked, 50), placeholderData: keepPreviousData });
  const today = useToday(zone);
  const register = can('patient:create') && (
    <LinkButton to="/patients/new" variant="default">
      {t('patients.new')}
    </LinkButton>
  );
  return (
    <Page title={t('nav.patients')} actions={register}>
      <TextInput
        type="search"
        label={t('patients.search')}
        placeholder={t('patients.searchHint')}
        autoComplete="off"
        autoFocus
        maw={480}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {asked.length < 2 ? (
        <Empty title={t('patients.startTitle')} hint={t('patients.startHint')} />
      ) : (
        <Answered query={found}>
          {({ items, nextCursor }) =>
            items.length === 0 ? (
              <Empty title={t('patients.noneTitle')} hint={t('patients.none')}>
                {register}
              </Empty>
            ) : (
              <>
                <div className="hs-scroll">
                  <table className="hs-table" data-cards>
                    <thead>
                      <tr>
                        <th scope="col">{t('patient.name')}</th>
                        <th scope="col">{t('patient.birthDate')}</th>
                        <th scope="col">{t('patient.mrn')}</th>
                        <th scope="col">{t('patient.phone')}</th>
                        <th scope="col">{t('patient.sex')}</th>
                      </tr>
                    </thead>
                    <tbody>
                      {items.map((row) => (
                        <tr key={row.id}>
                          <td>
                            <LinkAnchor to="/patients/$id" params={{ id: row.id }} fw={600} size="sm">
                              {nameOf(row)}
                            </LinkAnchor>{' '}
                            {row.deceased && <Badge tone="neutral">{t('patient.deceased')}</Badge>}
                          </td>
                          <td className="hs-num">
                            {row.birthDate === null
                              ? t('patient.birthDateUnknown')
                              : t('patient.bornAge', {
                                  date: plainDay(row.birthDate, i18n.language),
                                  age: ageOn(row.birthDate, today),
                                })}
                          </td>
                          <td className="hs-num">{row.mrn}</td>
                          <td className="hs-num">{row.phone}</td>
                          <td>{t(`sex.${row.sex}`)}</td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </div>
                {nextCursor !== null && <p className="hs-quiet">{t('patients.more')}</p>}
              </>
            )
          }
        </Answered>
      )}
    </Page>
  );
}
