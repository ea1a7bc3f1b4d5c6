/** Why: one of the clinic's words, or a sentence of one's own. */
import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

export function ReasonFields(props: {
  readonly reasons: readonly string[];
  readonly onChange: (reason: string) => void;
}) {
  const { t } = useTranslation();
  const [code, setCode] = useState('');
  const [words, setWords] = useState('');
  const tell = (nextCode: string, nextWords: string): void => {
    setCode(nextCode);
    setWords(nextWords);
    props.onChange(nextCode === 'other' ? nextWords.trim() : nextCode);
  };
  return (
    <>
      <NativeSelect
        label={t('case.reason')}
        data-autofocus
        value={code}
        onChange={(event) => tell(event.currentTarget.value, words)}
        data={[
          { value: '', label: t('group.chooseReason') },
          ...props.reasons.map((value) => ({ value, label: t(`reason.${value}`) })),
        ]}
      />
      {code === 'other' && (
        <TextInput
          label={t('group.reasonWords')}
          value={words}
          maxLength={300}
          onChange={(event) => tell(code, event.currentTarget.value)}
        />
      )}
    </>
  );
}
