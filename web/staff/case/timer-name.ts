import { useTranslation } from 'react-i18next';
import { durationWords } from '../lib/time.ts';

/** 'reminder:P3D:email' names the policy item and the channel: "Reminder goes out (3 days before, Email)". */
export function useTimerName(): (name: string) => string {
  const { t, i18n } = useTranslation();
  return (name) => {
    const [kind = name, offset, channel] = name.split(':');
    const detail = [
      offset === undefined ? undefined : t('timer.before', { time: durationWords(offset, i18n.language) }),
      channel === undefined ? undefined : t(`channel.${channel}`, { defaultValue: channel }),
    ]
      .filter(Boolean)
      .join(', ');
    const word = t(`timer.${kind}`, { defaultValue: kind });
    return detail === '' ? word : `${word} (${detail})`;
  };
}
