/** A rule as a sentence: "Every 2 weeks on Monday and Thursday at 9:00 AM, 8 times". */
import { useTranslation } from 'react-i18next';
import type { Series } from '../api/series.ts';
import { plainDay, wallTime, weekdayName } from '../lib/time.ts';
import { weekdays } from '../waitlist/wish-draft.ts';
import { weekdayRule } from './draft.ts';

type Rule = Series['rule'];

export function useRuleWords(): (rule: Rule) => string {
  const { t, i18n } = useTranslation();
  const list = new Intl.ListFormat(i18n.language, { type: 'conjunction' });
  return (rule) => {
    const [date = '', time = ''] = rule.start.split('T');
    const days =
      rule.frequency === 'daily'
        ? []
        : rule.frequency === 'weekly'
          ? (rule.byDay.length > 0 ? rule.byDay : [weekdays[weekdayRule(date).day]!]).map((code) =>
              weekdayName(weekdays.indexOf(code as 'MO'), i18n.language),
            )
          : rule.byDay.length > 0
            ? rule.byDay.map((code) => monthDay(code))
            : [t('series.dayOfMonth', { day: Number(date.slice(8, 10)) })];
    const every = t(`series.every.${rule.frequency}`, { count: rule.interval });
    const when = days.length === 0 ? every : t('series.onDays', { every, days: list.format(days) });
    const at = t('series.at', { when, time: wallTime(`${time}:00`, i18n.language) });
    return rule.count === null
      ? t('series.untilDay', { when: at, day: plainDay(rule.until ?? date, i18n.language) })
      : t('series.times', { when: at, count: rule.count });
  };

  /** `2TU`: the second Tuesday. */
  function monthDay(code: string): string {
    const day = weekdayName(weekdays.indexOf(code.slice(-2) as 'MO'), i18n.language);
    const nth = code.slice(0, -2);
    return nth === '' ? day : t(`series.nth.${nth}`, { day });
  }
}
