/** A wish in one sentence: what is left out is not said, because it fits everything. */
import { useTranslation } from 'react-i18next';
import type { Wish } from '../api/types.ts';
import { plainDay, wallTime, weekdayName } from '../lib/time.ts';
import { weekdays } from './wish-draft.ts';
import { noticeWords } from './wish-when.tsx';

export function useWishWords(): (wish: Wish) => readonly string[] {
  const { t, i18n } = useTranslation();
  const { language } = i18n;
  const list = new Intl.ListFormat(language, { type: 'disjunction' });
  return (wish) => {
    const { timeFrom, timeTo, earliest, latest } = wish;
    const when = [
      wish.days.length === 0
        ? undefined
        : list.format(
            weekdays
              .filter((day) => wish.days.includes(day))
              .map((day) => weekdayName(weekdays.indexOf(day), language)),
          ),
      timeFrom === null || timeTo === null
        ? undefined
        : t('wish.between', { from: wallTime(timeFrom, language), to: wallTime(timeTo, language) }),
      earliest === null ? undefined : t('wish.from', { day: plainDay(earliest, language) }),
      latest === null ? undefined : t('wish.to', { day: plainDay(latest, language) }),
    ].filter((part) => part !== undefined);
    return [
      ...(wish.currentAppointmentId === null ? [] : [t('wish.replacing')]),
      wish.providerIds === null
        ? t('wish.withAnyone')
        : t('wish.withNames', { names: list.format(wish.practitioners.map((one) => one.name)) }),
      ...(wish.locationIds.length === 0 ? [] : [list.format(wish.locations.map((one) => one.name))]),
      ...(wish.modes.length === 1 && wish.modes[0] === 'in-person'
        ? []
        : [list.format(wish.modes.map((mode) => t(`mode.${mode}`)))]),
      ...(when.length === 0 ? [t('wish.anyTime')] : when),
      ...(wish.maxTravelKm === null ? [] : [t('wish.within', { count: wish.maxTravelKm })]),
      t('wish.noticeOf', { time: noticeWords(wish.noticeMinutes, language) }),
    ];
  };
}
