/** Before a version is given to new cases: which one, in which languages, what is different, and whose cases stay (A6). */
import { Button, Group, List, Text, Title } from '@mantine/core';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import {
  decideVersion,
  publicationQuery,
  type Publication,
  type QuestionnaireHistory,
  type QuestionnaireVersionView,
} from '../api/questionnaires.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Answered } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { Changes } from './comparison.tsx';
import { nameOf } from './version-name.ts';

interface Props {
  readonly version: QuestionnaireVersionView;
  readonly history: QuestionnaireHistory;
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function PublishDialog({ version, history, opened, onClose }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const publication = useQuery({ ...publicationQuery(version.code, version.number), enabled: opened });
  const publish = useMutation({
    mutationFn: () => decideVersion(version, 'publish'),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: ['questionnaires'] }),
  });
  return (
    <Dialog opened={opened} onClose={onClose} title={t('questionnaires.publishTitle', { number: version.number })}>
      <Answered query={publication}>{(data) => <Consequences publication={data} history={history} />}</Answered>
      <ProblemAlert error={publish.error} />
      <Group gap="xs" mt="md">
        <Button disabled={!publication.isSuccess} loading={publish.isPending} onClick={() => publish.mutate()}>
          {t('questionnaires.publishNow', { number: version.number })}
        </Button>
        <Button variant="default" onClick={onClose}>
          {t('questionnaires.notYet')}
        </Button>
      </Group>
    </Dialog>
  );
}

function Consequences({
  publication: { number, present, languages, difference, staying },
  history,
}: {
  readonly publication: Publication;
  readonly history: QuestionnaireHistory;
}) {
  const { t } = useTranslation();
  return (
    <div className="hs-publication">
      <Text size="sm">
        {t('questionnaires.publishWhat', { title: history.title, number, present: nameOf(history, present.number, t) })}
      </Text>
      <Title order={3} size="h5">
        {t('questionnaires.languages')}
      </Title>
      <ul className="hs-plain-list hs-publication-languages">
        {languages.map(({ language, missing }) => (
          <li key={language}>
            {missing === 0 ? <IconCircleCheck size={16} aria-hidden /> : <IconCircleX size={16} aria-hidden />}{' '}
            {missing === 0
              ? t('questionnaires.languageComplete', { language: t(`questionnaires.language.${language}`) })
              : t('questionnaires.missingIn', { language: t(`questionnaires.language.${language}`), count: missing })}
          </li>
        ))}
      </ul>
      <Title order={3} size="h5">
        {t('questionnaires.openIntakes')}
      </Title>
      {staying.length === 0 ? (
        <Text size="sm">{t('questionnaires.nobodyStays')}</Text>
      ) : (
        <List size="sm">
          {staying.map((each) => (
            <List.Item key={each.number}>
              {t('questionnaires.stays', { version: nameOf(history, each.number, t), count: each.intakes })}
            </List.Item>
          ))}
        </List>
      )}
      <Title order={3} size="h5">
        {t('questionnaires.differences')}
      </Title>
      <div className="hs-publication-changes" tabIndex={0} role="region" aria-label={t('questionnaires.differences')}>
        <Changes difference={difference} headings={4} />
      </div>
    </div>
  );
}
