/** Why: one of the clinic's words, or a few of one's own. */
import { NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';

export interface GivenReason {
  readonly code: string;
  readonly words: string;
}
export const noReason: GivenReason = { code: '', words: '' };

/** Where one is the usual one. */
export const usualReason = (code: string): GivenReason => ({ code, words: '' });

/** What is sent; empty as long as no reason is given. */
export const reasonText = ({ code, words }: GivenReason): string => (code === 'other' ? words.trim() : code);

export function ReasonFields(props: {
  readonly value: GivenReason;
  readonly onChange: (reason: GivenReason) => void;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  /** What stands there before anything is chosen; absent: something is chosen from the beginning. */
  readonly unchosen?: string | undefined;
  readonly label?: string | undefined;
  readonly description?: string | undefined;
  readonly autoFocus?: boolean | undefined;
  /** In a dialog. */
  readonly 'data-autofocus'?: true | undefined;
  readonly disabled?: boolean;
  /** Says that words of one's own are seen beyond the treating team. */
  readonly seenByOthers?: boolean | undefined;
}) {
  const { t } = useTranslation();
  const { value, onChange, options, unchosen, seenByOthers, label, ...field } = props;
  return (
    <>
      <NativeSelect
        {...field}
        label={label ?? t('case.reason')}
        value={value.code}
        onChange={(event) => onChange({ ...value, code: event.currentTarget.value })}
        data={[...(unchosen === undefined ? [] : [{ value: '', label: unchosen }]), ...options]}
      />
      {value.code === 'other' && (
        <TextInput
          label={t('case.reasonWords')}
          description={seenByOthers === true ? t('case.reasonHint') : undefined}
          maxLength={200}
          value={value.words}
          onChange={(event) => onChange({ ...value, words: event.currentTarget.value })}
        />
      )}
    </>
  );
}
