/** What the intake asks, step by step: which version new cases get, and where somebody is writing the next. */
import { Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { questionnairesQuery } from '../api/questionnaires.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf } from '../lib/time.ts';
import { Answered, Page } from '../parts/page.tsx';
import './questionnaires.css';

export function QuestionnairesPage() {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  const list = useQuery(questionnairesQuery);
  return (
    <Page title={t('nav.questionnaires')}>
      <Text size="sm" className="hs-prose">
        {t('questionnaires.hint')}
      </Text>
      <Answered query={list} rows={12}>
        {({ items }) => (
          <div className="hs-questionnaires">
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('questionnaires.name')}</Table.Th>
                  <Table.Th>{t('questionnaires.present')}</Table.Th>
                  <Table.Th>{t('questionnaires.next')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {items.map(({ code, title, present, draft }) => (
                  <Table.Tr key={code}>
                    <Table.Td>
                      <Link to="/admin/questionnaires/$code" params={{ code }} search={{}}>
                        {title}
                      </Link>
                    </Table.Td>
                    <Table.Td>
                      {present.source === 'default'
                        ? t('questionnaires.product')
                        : t('questionnaires.versionSince', {
                            number: present.number,
                            at: dateTimeOf(present.publishedAt ?? '', zone, i18n.language),
                          })}
                    </Table.Td>
                    <Table.Td>
                      {draft === null ? (
                        '–'
                      ) : (
                        <Link
                          to="/admin/questionnaires/$code"
                          params={{ code }}
                          search={{ version: draft.number, view: 'texts' }}
                        >
                          {t('questionnaires.draftOf', { number: draft.number })}
                        </Link>
                      )}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        )}
      </Answered>
    </Page>
  );
}
