/** Is everything there: what the server needs, what could not be sent, what is overdue. */
import { Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { failedMessagesQuery, healthQuery, overdueQuery } from '../api/queries.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf } from '../lib/time.ts';
import { LinkAnchor } from '../parts/links.tsx';
import { Answered, Page } from '../parts/page.tsx';
import { Badge, StateBadge } from '../parts/states.tsx';

/** What readiness names (api/health.ts). */
const parts = ['database', 'temporal', 'stopping'] as const;

export function HealthPage() {
  const { t, i18n } = useTranslation();
  const { can, me, zone } = useWorkplace();
  const health = useQuery(healthQuery);
  const failed = useQuery({ ...failedMessagesQuery, enabled: can('notification:read') });
  const overdue = useQuery({ ...overdueQuery, enabled: can('case:read') });
  return (
    <Page title={t('nav.health')} narrow>
      <section className="hs-card" aria-label={t('health.parts')}>
        <Answered query={health} rows={2}>
          {(answer) => (
            <div role="status">
              <dl className="hs-facts">
                <dt>{t('health.whole')}</dt>
                <dd>
                  <Badge tone={answer.status === 'ready' ? 'good' : 'bad'}>
                    {t(`health.${answer.status}`, { defaultValue: answer.status })}
                  </Badge>
                </dd>
                {parts
                  .filter((part) => part !== 'stopping' || answer.degraded?.includes(part) === true)
                  .map((part) => {
                    const away = answer.degraded?.includes(part) === true;
                    return (
                      <Fact key={part} name={t(`health.part.${part}`)}>
                        <Badge tone={away ? 'bad' : 'good'}>{away ? t('health.away') : t('health.there')}</Badge>
                      </Fact>
                    );
                  })}
              </dl>
            </div>
          )}
        </Answered>
        <Text size="sm" c="dimmed" mt="xs">
          {t('health.hint')}
        </Text>
      </section>
      {can('case:read') && (
        <section>
          <Title order={2} mb={4}>
            {t('health.overdue')}
          </Title>
          <Answered query={overdue} rows={2}>
            {({ items }) =>
              items.length === 0 ? (
                <Text size="sm" c="dimmed">
                  {t('health.noOverdue')}
                </Text>
              ) : (
                <ul className="hs-plain-list">
                  {items.map((item) => (
                    <li key={item.id}>
                      <LinkAnchor to="/cases/appointment/$id" params={{ id: item.id }} size="sm">
                        {item.patient?.name}
                      </LinkAnchor>{' '}
                      {item.appointment !== null && <StateBadge visit={item.appointment} />}{' '}
                      <span className="hs-quiet hs-num">
                        {item.nextTimer === null ? '' : dateTimeOf(item.nextTimer.dueAt, zone, i18n.language)}
                      </span>
                    </li>
                  ))}
                </ul>
              )
            }
          </Answered>
        </section>
      )}
      {can('notification:read') && (
        <section>
          <Title order={2} mb={4}>
            {t('health.failed')}
          </Title>
          <Answered query={failed} rows={2}>
            {({ items }) =>
              items.length === 0 ? (
                <Text size="sm" c="dimmed">
                  {t('health.noFailed')}
                </Text>
              ) : (
                <ul className="hs-plain-list">
                  {items.map((notice) => (
                    <li key={notice.id}>
                      <Text size="sm">
                        {t(`notice.${notice.kind}`, { defaultValue: notice.kind })} · {notice.patient?.name ?? ''} ·{' '}
                        <span className="hs-num">{dateTimeOf(notice.dueAt, zone, i18n.language)}</span> · {notice.error}
                      </Text>
                    </li>
                  ))}
                </ul>
              )
            }
          </Answered>
        </section>
      )}
      {me.permissions.includes('workflow:read') && (
        <p>
          <a href="/temporal" target="_blank" rel="noreferrer">
            {t('health.temporal')}
          </a>
        </p>
      )}
    </Page>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
