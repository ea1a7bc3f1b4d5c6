/**
 * A new version: the present texts to begin with, one language at a time. What is missing is said with what is shown instead,
 * and nothing is published before the page has said how many people are asked again.
 */
import { Button, Checkbox, Group, NativeSelect, Stack, Text, TextInput, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { publishedText } from '../../../domain/intake/consent-documents/consent-document.ts';
import { isRightToLeft, writtenLanguages } from '../../../domain/language.ts';
import type { WrittenLanguage } from '../../../domain/language.ts';
import { consentVersionQuery, consentVersionsQuery, publishConsent } from '../api/consents.ts';
import type { ConsentDocumentVersions, ConsentVersion, Publication } from '../api/consents.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Answered, FormActions } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { languageName } from './language-name.ts';
import { ConsentPreview } from './version-text.tsx';

interface PublishProps {
  readonly document: ConsentDocumentVersions;
  readonly onDone: (version: string) => void;
  readonly onCancel: () => void;
}

export function PublishForm(props: PublishProps) {
  const present = useQuery(consentVersionQuery(props.document.kind, props.document.present));
  return <Answered query={present}>{(version) => <Writing {...props} present={version} />}</Answered>;
}

type Texts = Readonly<Record<WrittenLanguage, { readonly title: string; readonly text: string }>>;

const textsOf = (present: ConsentVersion): Texts =>
  Object.fromEntries(
    writtenLanguages.map((locale) => {
      const found = present.texts.find((one) => one.locale === locale);
      const text = found?.text.split('\n\n').slice(1).join('\n\n') ?? '';
      return [locale, { title: found?.title ?? '', text }];
    }),
  ) as unknown as Texts;

function Writing({ document, present, onDone, onCancel }: PublishProps & { readonly present: ConsentVersion }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const [before] = useState(() => textsOf(present));
  const [texts, setTexts] = useState(before);
  const [language, setLanguage] = useState<WrittenLanguage>('en');
  const [fallback, setFallback] = useState<WrittenLanguage>('en');
  const [known, setKnown] = useState(false);
  const [asking, setAsking] = useState(false);
  const [key, setKey] = useState(() => crypto.randomUUID());
  const nameOf = (locale: string): string => languageName(locale, i18n.language);
  const isWritten = (locale: WrittenLanguage): boolean =>
    texts[locale].title.trim() !== '' && texts[locale].text.trim() !== '';
  const written = writtenLanguages.filter(isWritten);
  const missing = writtenLanguages.filter((locale) => !isWritten(locale));
  const shownInstead = written.includes(fallback) ? fallback : written[0];
  const same = writtenLanguages.filter((locale) => isWritten(locale) && texts[locale] === before[locale]);
  const changed = JSON.stringify(texts) !== JSON.stringify(before);
  const publish = useMutation({
    mutationFn: (body: Publication) => publishConsent(document.kind, body, key),
    onSuccess: async ({ version }) => {
      await client.invalidateQueries({ queryKey: consentVersionsQuery.queryKey });
      onDone(version);
    },
    onError: () => setKey(crypto.randomUUID()),
  });
  const write = (change: { readonly title?: string; readonly text?: string }): void => {
    setTexts((all) => ({ ...all, [language]: { ...all[language], ...change } }));
    setKnown(false);
  };
  const list = (locales: readonly string[]): string => new Intl.ListFormat(i18n.language).format(locales.map(nameOf));
  const ready = changed && shownInstead !== undefined && (missing.length === 0 || known);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) setAsking(true);
      }}
    >
      <Stack gap="sm" my="sm">
        <Text size="sm">{t('consents.writeHint')}</Text>
        <NativeSelect
          label={t('consents.inLanguage')}
          value={language}
          data-autofocus
          autoFocus
          onChange={(event) => setLanguage(event.currentTarget.value as WrittenLanguage)}
          data={writtenLanguages.map((locale) => ({
            value: locale,
            label: isWritten(locale) ? nameOf(locale) : t('consents.without', { language: nameOf(locale) }),
          }))}
        />
        <TextInput
          label={t('consents.title')}
          lang={language}
          dir={isRightToLeft(language) ? 'rtl' : 'ltr'}
          value={texts[language].title}
          maxLength={160}
          onChange={(event) => write({ title: event.currentTarget.value })}
        />
        <Textarea
          label={t('consents.text')}
          description={t('consents.textHint')}
          lang={language}
          dir={isRightToLeft(language) ? 'rtl' : 'ltr'}
          autosize
          minRows={6}
          maxRows={20}
          maxLength={40_000}
          value={texts[language].text}
          onChange={(event) => write({ text: event.currentTarget.value })}
        />
        {isWritten(language) && (
          <details>
            <summary>{t('consents.preview')}</summary>
            <ConsentPreview locale={language} text={publishedText(texts[language].title, texts[language].text)} />
          </details>
        )}
        {changed && same.length > 0 && missing.length < writtenLanguages.length && (
          <Text size="sm">{t('consents.unchanged', { list: list(same) })}</Text>
        )}
        {missing.length > 0 && written.length > 0 && (
          <>
            <NativeSelect
              label={t('consents.fallback')}
              value={shownInstead ?? ''}
              onChange={(event) => setFallback(event.currentTarget.value as WrittenLanguage)}
              data={written.map((locale) => ({ value: locale, label: nameOf(locale) }))}
            />
            <Checkbox
              label={t('consents.missing', { list: list(missing), fallback: nameOf(shownInstead ?? 'en') })}
              checked={known}
              onChange={(event) => setKnown(event.currentTarget.checked)}
            />
          </>
        )}
        <FormActions verb={t('consents.publish')} busy={false} disabled={!ready} cancel={onCancel} />
      </Stack>
      <Dialog opened={asking} onClose={() => setAsking(false)} title={t('consents.confirmTitle')}>
        <Stack gap="sm">
          <ProblemAlert error={publish.error} />
          <Text size="sm">{t('consents.confirmAsked', { count: document.signers })}</Text>
          <Text size="sm">{t('consents.confirmFinal')}</Text>
          <Group gap="xs">
            <Button
              data-autofocus
              loading={publish.isPending}
              onClick={() => {
                if (shownInstead === undefined) return;
                const said = Object.fromEntries(written.map((locale) => [locale, texts[locale]]));
                publish.mutate({ baseVersion: document.present, texts: said, missing, fallback: shownInstead });
              }}
            >
              {t('consents.confirm')}
            </Button>
            <Button variant="default" onClick={() => setAsking(false)}>
              {t('common.cancel')}
            </Button>
          </Group>
        </Stack>
      </Dialog>
    </form>
  );
}
