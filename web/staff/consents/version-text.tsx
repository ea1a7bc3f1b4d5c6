/** A version word by word as patients read it, in one language at a time, with the hash that signatures name. */
import { NativeSelect, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { consentVersionQuery } from '../api/consents.ts';
import { Answered } from '../parts/page.tsx';
import { languageName } from './language-name.ts';

export function VersionText({ kind, version }: { readonly kind: string; readonly version: string }) {
  const { t, i18n } = useTranslation();
  const query = useQuery(consentVersionQuery(kind, version));
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <Answered query={query}>
      {({ texts, fallback }) => {
        const text = texts.find(({ locale }) => locale === (chosen ?? fallback)) ?? texts[0];
        if (text === undefined) return null;
        return (
          <>
            <NativeSelect
              mt="xs"
              label={t('consents.inLanguage')}
              value={text.locale}
              onChange={(event) => setChosen(event.currentTarget.value)}
              data={texts.map(({ locale }) => ({ value: locale, label: languageName(locale, i18n.language) }))}
            />
            <ConsentPreview locale={text.locale} text={text.text} />
            <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {t('signed.hash', { hash: text.sha256 })}
            </Text>
          </>
        );
      }}
    </Answered>
  );
}

/** The first paragraph is the title. */
export function ConsentPreview({ locale, text }: { readonly locale: string; readonly text: string }) {
  const [title, ...paragraphs] = text.split('\n\n');
  return (
    <div lang={locale} dir="auto" className="hs-prose">
      <Text fw={650} mt="xs">
        {title}
      </Text>
      {paragraphs.map((paragraph, at) => (
        <Text key={at} size="sm" mt="xs" style={{ whiteSpace: 'pre-wrap' }}>
          {paragraph}
        </Text>
      ))}
    </div>
  );
}
