import { Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { patientNoticesQuery, patientVisitsQuery } from '../api/queries.ts';
import { dateTimeOf } from '../lib/time.ts';
import { LinkAnchor, LinkButton } from '../parts/links.tsx';
import { languageName } from '../parts/new-patient-form.tsx';
import { Answered, Empty } from '../parts/page.tsx';
import { StateBadge } from '../parts/states.tsx';

/** A patient's visits, those to come first. */
export function Visits({ id, mayBook }: { readonly id: string; readonly mayBook: boolean }) {
  const { t, i18n } = useTranslation();
  const visits = useQuery(patientVisitsQuery(id));
  return (
    <section aria-label={t('patient.visits')}>
      <Title order={2} mb={4}>
        {t('patient.visits')}
      </Title>
      <Answered query={visits} rows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('patient.noVisits')} hint={t('patient.noVisitsHint')}>
              {mayBook && (
                <LinkButton to="/find" search={{ patient: id }}>
                  {t('today.book')}
                </LinkButton>
              )}
            </Empty>
          ) : (
            <div className="hs-scroll">
              <table className="hs-table" data-cards>
                <thead>
                  <tr>
                    <th scope="col">{t('case.when')}</th>
                    <th scope="col">{t('today.visit')}</th>
                    <th scope="col">{t('today.with')}</th>
                    <th scope="col">{t('today.state')}</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((visit) => (
                    <tr key={visit.id}>
                      <td className="hs-num">
                        <LinkAnchor to="/cases/appointment/$id" params={{ id: visit.id }} size="sm">
                          {visit.start === null
                            ? t('case.noTime')
                            : dateTimeOf(visit.start, visit.timeZone ?? 'UTC', i18n.language)}
                        </LinkAnchor>
                      </td>
                      <td>{visit.visitType.name}</td>
                      <td>{visit.practitioner?.name}</td>
                      <td>
                        <StateBadge visit={visit} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Answered>
    </section>
  );
}

/** What was sent to the patient and what became of it. */
export function Notices({ id, zone }: { readonly id: string; readonly zone: string }) {
  const { t, i18n } = useTranslation();
  const notices = useQuery(patientNoticesQuery(id));
  return (
    <section aria-label={t('patient.notices')}>
      <Title order={2} mb={4}>
        {t('patient.notices')}
      </Title>
      <Answered query={notices} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('patient.noNotices')}
            </Text>
          ) : (
            <div className="hs-scroll">
              <table className="hs-table" data-cards>
                <thead>
                  <tr>
                    <th scope="col">{t('case.when')}</th>
                    <th scope="col">{t('patient.message')}</th>
                    <th scope="col">{t('patient.channel')}</th>
                    <th scope="col">{t('patient.language')}</th>
                    <th scope="col">{t('today.state')}</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((notice) => (
                    <tr key={notice.id}>
                      <td className="hs-num">{dateTimeOf(notice.sentAt ?? notice.dueAt, zone, i18n.language)}</td>
                      <td>{t(`notice.${notice.kind}`, { defaultValue: notice.kind })}</td>
                      <td>{t(`channel.${notice.channel}`)}</td>
                      <td>{notice.locale === null ? '' : languageName(notice.locale, i18n.language)}</td>
                      <td>
                        {t(`noticeState.${notice.state}`)}
                        {notice.suppressedReason !== null &&
                          ` (${t(`skip.${notice.suppressedReason}`, { defaultValue: notice.suppressedReason })})`}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Answered>
    </section>
  );
}
