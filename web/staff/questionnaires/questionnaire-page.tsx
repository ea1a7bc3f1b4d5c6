/** One questionnaire: its versions, how patients read it, its translations, what changed, and its publication. */
import { Button, Group, NativeSelect, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  beginDraft,
  decideVersion,
  questionnaireQuery,
  versionQuery,
  type QuestionnaireHistory,
  type QuestionnaireVersionView,
} from '../api/questionnaires.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf } from '../lib/time.ts';
import { Answered, Page } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { questionnaireViews, type QuestionnaireSearch } from './routes.ts';
import { Comparison } from './comparison.tsx';
import { DefinitionEditor } from './definition.tsx';
import { Missing } from './missing.tsx';
import { Preview } from './preview.tsx';
import { PublishDialog } from './publish-dialog.tsx';
import { Texts } from './texts.tsx';
import { nameOf, numbersOf } from './version-name.ts';
import './questionnaires.css';

const route = getRouteApi('/frame/admin/questionnaires/$code');

export function QuestionnairePage() {
  const { code } = route.useParams();
  const history = useQuery(questionnaireQuery(code));
  return <Answered query={history}>{(data) => <Shown history={data} />}</Answered>;
}

function Shown({ history }: { readonly history: QuestionnaireHistory }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (next: QuestionnaireSearch): void =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  const draft = history.versions.find(({ state }) => state === 'draft');
  const number = search.version ?? history.present;
  const version = useQuery(versionQuery(history.code, number));
  const begin = useMutation({
    mutationFn: (from?: number) => beginDraft(history.code, from),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ['questionnaires'] });
      set({ version: made.number, view: 'texts' });
    },
  });
  const view = search.view ?? 'preview';
  return (
    <Page
      title={history.title}
      actions={
        draft === undefined && (
          <Button loading={begin.isPending} onClick={() => begin.mutate(undefined)}>
            {t('questionnaires.begin')}
          </Button>
        )
      }
    >
      <ProblemAlert error={begin.error} />
      <div className="hs-filters">
        <NativeSelect
          label={t('questionnaires.version')}
          value={String(number)}
          onChange={(event) => set({ version: Number(event.currentTarget.value) })}
          data={numbersOf(history).map((each) => ({ value: String(each), label: nameOf(history, each, t) }))}
        />
        <NativeSelect
          label={t('questionnaires.show')}
          value={view}
          onChange={(event) => set({ view: questionnaireViews.find((one) => one === event.currentTarget.value) })}
          data={questionnaireViews.map((one) => ({ value: one, label: t(`questionnaires.view.${one}`) }))}
        />
      </div>
      <Answered query={version}>
        {(data) => (
          <>
            <Standing key={`${data.number}-${data.version}`} version={data} history={history} />
            {draft === undefined && data.allowedActions.includes('go-on') && (
              <Button variant="default" loading={begin.isPending} onClick={() => begin.mutate(data.number)}>
                {t('questionnaires.goOn', { number: data.number })}
              </Button>
            )}
            {view === 'preview' && <Preview key={data.number} version={data} />}
            {view === 'texts' && (
              <Texts
                key={data.number}
                version={data}
                language={search.language}
                choose={(language) => set({ language })}
              />
            )}
            {view === 'definition' && <DefinitionEditor key={`${data.number}-${data.version}`} version={data} />}
            {view === 'comparison' && (
              <Comparison history={history} to={data.number} from={search.from} choose={(from) => set({ from })} />
            )}
          </>
        )}
      </Answered>
    </Page>
  );
}

/** Where the version stands, and what can be done with it. */
function Standing({
  version,
  history,
}: {
  readonly version: QuestionnaireVersionView;
  readonly history: QuestionnaireHistory;
}) {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  const client = useQueryClient();
  const decide = useMutation({
    mutationFn: () => decideVersion(version, 'retire'),
    onSettled: () => client.invalidateQueries({ queryKey: ['questionnaires'] }),
  });
  const [publishing, setPublishing] = useState(false);
  const when = (at: string): string => dateTimeOf(at, zone, i18n.language);
  const ready = Object.keys(version.missing).length === 0 && version.findings.length === 0;
  return (
    <>
      <Text size="sm" c="dimmed">
        {version.retiredAt !== null
          ? version.publishedAt === null
            ? t('questionnaires.putAwayAt', { at: when(version.retiredAt) })
            : t('questionnaires.retiredAt', { at: when(version.retiredAt) })
          : version.publishedAt !== null
            ? t('questionnaires.publishedAt', { at: when(version.publishedAt) })
            : version.state === 'draft'
              ? t('questionnaires.isDraft')
              : t('questionnaires.isProduct')}
      </Text>
      {version.state === 'draft' && <Missing version={version} />}
      <ProblemAlert error={decide.error} />
      <Group gap="xs">
        {version.allowedActions.includes('publish') && (
          <Button disabled={!ready} aria-haspopup="dialog" onClick={() => setPublishing(true)}>
            {t('questionnaires.publish')}
          </Button>
        )}
        {version.allowedActions.includes('retire') && (
          <Button variant="default" loading={decide.isPending} onClick={() => decide.mutate()}>
            {version.state === 'draft' ? t('questionnaires.giveUp') : t('questionnaires.retire')}
          </Button>
        )}
      </Group>
      <PublishDialog version={version} history={history} opened={publishing} onClose={() => setPublishing(false)} />
    </>
  );
}
