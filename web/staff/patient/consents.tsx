/** What the patient may be written to about, and how; every change stays on record. */
import { Switch, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { recordConsent } from '../api/queries.ts';
import { ProblemAlert } from '../parts/problem.tsx';
import type { PartProps } from './list-part.tsx';
import { useChange } from './use-change.ts';

/** What staff record; account messages are not a matter of consent. */
const channels = ['email', 'sms', 'phone', 'post'] as const;

const categories = ['appointment', 'marketing'] as const;

export function Consents({ patient, mayEdit }: PartProps) {
  const { t } = useTranslation();
  const record = useChange(
    patient.id,
    (body: { channel: (typeof channels)[number]; category: (typeof categories)[number]; permitted: boolean }) =>
      recordConsent(patient.id, body),
  );
  return (
    <section className="hs-card" aria-label={t('patient.consents')}>
      <Title order={2}>{t('patient.consents')}</Title>
      <Text size="sm" c="dimmed" mb="xs">
        {t('patient.consentsHint')}
      </Text>
      <ProblemAlert error={record.error} />
      <div className="hs-scroll">
        <table className="hs-table hs-consents">
          <thead>
            <tr>
              <th scope="col">{t('patient.channel')}</th>
              {categories.map((category) => (
                <th key={category} scope="col">
                  {t(`consent.${category}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {channels.map((channel) => (
              <tr key={channel}>
                <th scope="row">{t(`channel.${channel}`)}</th>
                {categories.map((category) => {
                  const said = patient.consents.find((one) => one.channel === channel && one.category === category);
                  return (
                    <td key={category}>
                      <Switch
                        size="sm"
                        aria-label={t('patient.consentLabel', {
                          channel: t(`channel.${channel}`),
                          category: t(`consent.${category}`),
                        })}
                        label={
                          said === undefined
                            ? t('patient.notAsked')
                            : said.permitted
                              ? t('patient.permitted')
                              : t('patient.refused')
                        }
                        checked={said?.permitted === true}
                        disabled={!mayEdit || record.isPending}
                        onChange={(event) =>
                          record.mutate({ channel, category, permitted: event.currentTarget.checked })
                        }
                      />
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
