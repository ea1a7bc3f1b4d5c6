/** What patients sign: each document with its versions, a new version of it, and what a minor may sign alone. */
import { Button, Group, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { consentVersionsQuery } from '../api/consents.ts';
import type { ConsentDocumentVersions, ConsentVersionHead } from '../api/consents.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf } from '../lib/time.ts';
import { Outcome } from '../parts/outcome.tsx';
import { Answered, Page } from '../parts/page.tsx';
import { Badge } from '../parts/states.tsx';
import { languageName } from './language-name.ts';
import { MinorRules } from './minor-rules.tsx';
import { PublishForm } from './publish-form.tsx';
import { VersionText } from './version-text.tsx';

export function ConsentsPage() {
  const { t } = useTranslation();
  const list = useQuery(consentVersionsQuery);
  return (
    <Page title={t('nav.consents')} narrow>
      <Text size="sm" className="hs-prose">
        {t('consents.hint')}
      </Text>
      <Answered query={list}>
        {({ items }) => (
          <>
            {items.map((document) => (
              <DocumentPart key={document.kind} document={document} />
            ))}
          </>
        )}
      </Answered>
      <MinorRules />
    </Page>
  );
}

function DocumentPart({ document }: { readonly document: ConsentDocumentVersions }) {
  const { t } = useTranslation();
  const [writing, setWriting] = useState(false);
  const [published, setPublished] = useState<string | null>(null);
  const { kind, present, versions, signers } = document;
  const name = t(`consentKind.${kind}`, { defaultValue: kind });
  return (
    <section className="hs-card" aria-label={name}>
      <Group justify="space-between" gap="xs">
        <Title order={2}>{name}</Title>
        {!writing && (
          <Button
            variant="default"
            aria-label={t('consents.writeOf', { name })}
            onClick={() => {
              setPublished(null);
              setWriting(true);
            }}
          >
            {t('consents.write')}
          </Button>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        {document.required ? t('consents.required') : t('consents.offered')} ·{' '}
        {t('consents.signers', { count: signers })}
      </Text>
      {published !== null && (
        <Outcome>
          <Text size="sm">{t('consents.done', { version: published })}</Text>
        </Outcome>
      )}
      {writing && (
        <PublishForm
          document={document}
          onDone={(version) => {
            setWriting(false);
            setPublished(version);
          }}
          onCancel={() => setWriting(false)}
        />
      )}
      <ul className="hs-plain-list">
        {versions.map((version) => (
          <VersionRow key={version.version} version={version} present={version.version === present} />
        ))}
      </ul>
    </section>
  );
}

function VersionRow({ version, present }: { readonly version: ConsentVersionHead; readonly present: boolean }) {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  const [open, setOpen] = useState(false);
  const nameOf = (locale: string): string => languageName(locale, i18n.language);
  const list = (locales: readonly string[]): string => new Intl.ListFormat(i18n.language).format(locales.map(nameOf));
  return (
    <li>
      <Group gap="xs" justify="space-between">
        <Group gap="xs">
          <Text size="sm" fw={600}>
            {t('consents.version', { version: version.version })}
          </Text>
          {present && <Badge tone="good">{t('consents.present')}</Badge>}
          <Text size="sm" component="span" className="hs-quiet">
            {version.source === 'shipped'
              ? t('consents.shipped')
              : t('consents.publishedAt', { at: dateTimeOf(version.publishedAt ?? '', zone, i18n.language) })}
            {version.askedAgain !== null && ` · ${t('consents.asked', { count: version.askedAgain })}`}
          </Text>
        </Group>
        <Button
          variant="subtle"
          aria-expanded={open}
          aria-label={t('consents.readOf', { version: version.version, name: version.texts[0]?.title ?? '' })}
          onClick={() => setOpen(!open)}
        >
          {t('consents.read')}
        </Button>
      </Group>
      <Text size="sm">{t('consents.languages', { list: list(version.texts.map(({ locale }) => locale)) })}</Text>
      {version.missing.length > 0 && (
        <Text size="sm">
          {t('consents.missing', { list: list(version.missing), fallback: nameOf(version.fallback) })}
        </Text>
      )}
      {open && <VersionText kind={version.kind} version={version.version} />}
    </li>
  );
}
