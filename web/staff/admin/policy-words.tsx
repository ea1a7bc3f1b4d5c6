/** What a policy says, in words: its durations, numbers, reminders and quiet hours; the stored value one press away. */
import { useTranslation } from 'react-i18next';
import { moneyOf } from '../lib/money.ts';
import { durationWords } from '../lib/time.ts';

type Value = Readonly<Record<string, unknown>>;
const isValue = (value: unknown): value is Value =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function PolicyWords({ value }: { readonly value: Value }) {
  const { t } = useTranslation();
  const say = useSay();
  return (
    <>
      <dl className="hs-facts">
        {Object.entries(value).map(([name, one]) => (
          <Fact
            key={name}
            // The margin of reminders is another one.
            name={
              name === 'margin' && 'deadline' in value
                ? t('policyForm.margin')
                : t(`policyField.${name}`, { defaultValue: name })
            }
            lines={say(name, one, value)}
          />
        ))}
      </dl>
      <details>
        <summary className="hs-quiet">{t('policies.raw')}</summary>
        <pre className="hs-policy" tabIndex={0} aria-label={t('policies.value')}>
          {JSON.stringify(value, null, 1)}
        </pre>
      </details>
    </>
  );
}

function Fact({ name, lines }: { readonly name: string; readonly lines: readonly string[] }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {lines.map((line) => (
          <div key={line}>{line}</div>
        ))}
      </dd>
    </>
  );
}

function useSay(): (name: string, value: unknown, whole: Value) => readonly string[] {
  const { t, i18n } = useTranslation();
  const windowWords = ({ leadAtLeast, window, wakingHoursOnly, maxOffers }: Value): string =>
    [
      t('policies.window', {
        window: durationWords(String(window), i18n.language),
        lead: durationWords(String(leadAtLeast), i18n.language),
        count: Number(maxOffers),
      }),
      wakingHoursOnly === true ? t('policies.wakingOnly') : undefined,
    ]
      .filter(Boolean)
      .join(' · ');
  const one = (value: unknown): string => {
    if (value === null) return t('policies.none');
    if (typeof value === 'string') return durationWords(value, i18n.language);
    if (!isValue(value)) return String(value);
    const { from, until, asIsFrom, before, channels } = value;
    if (typeof from === 'string')
      return t(asIsFrom === undefined ? 'policies.between' : 'policies.quiet', { from, to: until, until, asIsFrom });
    if (typeof value['leadAtLeast'] === 'string') return windowWords(value);
    if (typeof before !== 'string' || !Array.isArray(channels)) return JSON.stringify(value);
    return [
      t('timer.before', { time: durationWords(before, i18n.language) }),
      channels.map((channel) => t(`channel.${String(channel)}`, { defaultValue: String(channel) })).join(', '),
      value['askConfirm'] === true ? t('policies.askConfirm') : undefined,
      value['telehealthLink'] === true ? t('policies.telehealthLink') : undefined,
      value['onlyIf'] === undefined ? undefined : t('policies.onlyIf'),
    ]
      .filter(Boolean)
      .join(' · ');
  };
  const money = (cents: unknown, whole: Value): string =>
    moneyOf(Number(cents), String(whole['currency'] ?? 'USD'), i18n.language);
  /** Confirmation and fees: words and amounts, which look like any other text and number. */
  const own = (name: string, value: unknown, whole: Value): readonly string[] | null => {
    if (name === 'otherwise') return [t(`confirmationThen.${String(value)}`, { defaultValue: String(value) })];
    if (name.endsWith('Cents')) return [money(value, whole)];
    if (name === 'waiveFirst') return [value === true ? t('common.yes') : t('common.no')];
    if (name === 'waivedPayerClasses' && Array.isArray(value))
      return value.length === 0 ? [t('common.none')] : value.map((payer) => t(`payerClass.${String(payer)}`));
    if (name !== 'byVisitType' || !isValue(value)) return null;
    const types = Object.entries(value).filter((entry): entry is [string, Value] => isValue(entry[1]));
    if (types.length === 0) return [t('common.none')];
    return types.map(([code, amounts]) =>
      [code, ...Object.entries(amounts).map(([of, cents]) => `${t(`policyField.${of}`)} ${money(cents, whole)}`)].join(
        ' · ',
      ),
    );
  };
  return (name, value, whole) => own(name, value, whole) ?? (Array.isArray(value) ? value.map(one) : [one(value)]);
}
