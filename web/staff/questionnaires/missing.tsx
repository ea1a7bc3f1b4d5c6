/** What keeps a draft from being published, each text and item by its name. */
import { Alert, List, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { textsOf } from '../../../domain/questionnaire/questionnaire-localization.ts';
import { definitionOf, type QuestionnaireVersionView } from '../api/questionnaires.ts';

const most = 12;

export function Missing({ version }: { readonly version: QuestionnaireVersionView }) {
  const { t } = useTranslation();
  const languages = Object.entries(version.missing);
  if (languages.length === 0 && version.findings.length === 0) {
    return (
      <Alert className="hs-alert" data-tone="good" icon={<IconCircleCheck aria-hidden />}>
        {t('questionnaires.ready')}
      </Alert>
    );
  }
  const english = textsOf(definitionOf(version));
  return (
    <Alert
      className="hs-alert"
      data-tone="warn"
      icon={<IconAlertTriangle aria-hidden />}
      title={t('questionnaires.notReady')}
    >
      <List size="sm">
        {version.findings.map((finding) => (
          <List.Item key={finding.path + finding.code}>
            <code>{finding.linkId ?? finding.path}</code> {finding.message}
          </List.Item>
        ))}
        {languages.map(([language, keys]) => (
          <List.Item key={language}>
            {t('questionnaires.missingIn', { language: t(`questionnaires.language.${language}`), count: keys.length })}{' '}
            <Text span size="sm" c="dimmed">
              {keys
                .slice(0, most)
                .map((key) => `“${english.get(key) ?? key}”`)
                .join(', ')}
              {keys.length > most && ` … ${t('questionnaires.andMore', { count: keys.length - most })}`}
            </Text>
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
