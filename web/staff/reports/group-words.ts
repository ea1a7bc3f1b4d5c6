/** The name of a group of patients: a band of age, a language, a way to be reached. */
import { useTranslation } from 'react-i18next';
import type { EquityDimension } from '../../../domain/waitlist/waitlist-equity.ts';

export function useGroupName(): (dimension: EquityDimension, group: string) => string {
  const { t, i18n } = useTranslation();
  return (dimension, group) =>
    dimension === 'language' ? languageName(group, i18n.language) : t(`equity.value.${group}`, { defaultValue: group });
}

function languageName(code: string, language: string): string {
  try {
    return new Intl.DisplayNames([language], { type: 'language' }).of(code) ?? code;
  } catch {
    // What is on record is no code of a language.
    return code;
  }
}
