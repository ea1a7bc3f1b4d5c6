/** The finer word for a refusal, where its code alone would leave people guessing. */
import { useTranslation } from 'react-i18next';

export interface Refused {
  readonly code: string;
  readonly detail?: string | undefined;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * By the reason or the guard that the refusal names; the server's own sentence only where the page speaks English too.
 * Undefined when the code says it all.
 */
export function useRefusalReason(): (refused: Refused) => string | undefined {
  const { t, i18n } = useTranslation();
  return ({ code, detail, data }) => {
    const reason = data?.['reason'];
    const guard = data?.['guard'];
    const kind = data?.['resourceKind'];
    const word =
      code === 'patient-not-eligible' && typeof reason === 'string'
        ? t(`notEligible.${reason}`, { defaultValue: '' })
        : typeof guard === 'string'
          ? // Which of all that is needed: an interpreter, a machine, a room.
            (typeof kind === 'string' && t(`guard.${guard}.${kind}`, { defaultValue: '' })) ||
            t(`guard.${guard}`, { defaultValue: '' })
          : '';
    if (word !== '') return word;
    return i18n.language.startsWith('en') ? detail : undefined;
  };
}
