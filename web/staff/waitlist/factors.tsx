/** The reasons for a rank in words: the tier first, then what counted within it. */
import { useTranslation } from 'react-i18next';
import type { RankedFactors } from '../../../domain/waitlist/waitlist.ts';
import { factorLines, tierWord } from './factor-lines.ts';

/** One line: "Soon · waits 12 days · asked for this practitioner". */
export function useFactorWords(): (factors: RankedFactors) => string {
  const { t } = useTranslation();
  return (factors) =>
    [
      t(`tier.${tierWord(factors)}`),
      ...factorLines(factors).map(({ word, count }) => t(`factor.${word}`, { count })),
    ].join(' · ');
}

/** The same as a sum that can be checked. */
export function FactorSum({ factors }: { readonly factors: RankedFactors }) {
  const { t, i18n } = useTranslation();
  const signed = new Intl.NumberFormat(i18n.language, { signDisplay: 'exceptZero' });
  return (
    <table className="hs-sum">
      <tbody>
        {factorLines(factors).map(({ word, count, points }) => (
          <tr key={word}>
            <th scope="row">{t(`factor.${word}`, { count })}</th>
            <td className="hs-num">{signed.format(points)}</td>
          </tr>
        ))}
        <tr>
          <th scope="row">{t('factor.score')}</th>
          <td className="hs-num">{new Intl.NumberFormat(i18n.language).format(factors.score)}</td>
        </tr>
      </tbody>
    </table>
  );
}
