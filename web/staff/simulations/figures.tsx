/** The numbers behind the pictures, one column a policy. */
import { useTranslation } from 'react-i18next';
import type { SimulationFigures } from '../../../domain/waitlist/simulation.ts';
import type { SimulationResult } from '../api/reports.ts';
import { Badge } from '../parts/states.tsx';
import { useGroupName } from '../reports/group-words.ts';
import { Legend } from './marks.tsx';

type Kind = 'count' | 'share' | 'number';
const rows: readonly (readonly [Exclude<keyof SimulationFigures, 'equity'>, Kind])[] = [
  ['openings', 'count'],
  ['chained', 'count'],
  ['tooClose', 'count'],
  ['filled', 'count'],
  ['fillRate', 'share'],
  ['offers', 'count'],
  ['offersPerFill', 'number'],
  ['offersPerOpening', 'number'],
  ['acceptance', 'share'],
  ['lapseRate', 'share'],
  ['medianDaysGained', 'number'],
  ['meanDaysGained', 'number'],
  ['medianMinutesToFill', 'count'],
  ['offersAtNight', 'count'],
];

interface Results {
  readonly results: readonly SimulationResult[];
}

export function FiguresTable({ results }: Results) {
  const { t, i18n } = useTranslation();
  const formats: Readonly<Record<Kind, Intl.NumberFormat>> = {
    count: new Intl.NumberFormat(i18n.language),
    share: new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 }),
    number: new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 }),
  };
  return (
    <div
      className="hs-scroll"
      tabIndex={0}
      role="region"
      aria-label={t('equity.table', { name: t('simulations.figures') })}
    >
      <table className="hs-table hs-figures">
        <Head results={results} first={t('simulations.figureName')} />
        <tbody>
          {rows.map(([name, kind]) => (
            <tr key={name}>
              <th scope="row">{t(`simulations.figure.${name}`)}</th>
              {results.map(({ policy, figures }) => (
                <td key={policy.name} className="hs-num">
                  {figures[name] === null ? t('simulations.nothing') : formats[kind].format(figures[name])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Who is offered how often, against the best of its kind; a word says what is under 80 %. */
export function EquityTable({ results }: Results) {
  const { t, i18n } = useTranslation();
  const groupName = useGroupName();
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 0 });
  const groups = new Map(
    results.flatMap(({ figures }) => figures.equity.map((one) => [`${one.dimension}/${one.group}`, one] as const)),
  );
  return (
    <div
      className="hs-scroll"
      tabIndex={0}
      role="region"
      aria-label={t('equity.table', { name: t('simulations.equity') })}
    >
      <table className="hs-table hs-figures">
        <Head results={results} first={t('equity.group')} />
        <tbody>
          {[...groups].map(([key, { dimension, group }]) => (
            <tr key={key}>
              <th scope="row">
                {t(`equity.dimension.${dimension}`)}: {groupName(dimension, group)}
              </th>
              {results.map(({ policy, figures }) => {
                const found = figures.equity.find((one) => one.dimension === dimension && one.group === group);
                return (
                  <td key={policy.name} className="hs-num">
                    {found === undefined || found.ofBest === null
                      ? t('simulations.nothing')
                      : percent.format(found.ofBest)}{' '}
                    {found?.askedTooLittle === true && <Badge tone="warn">{t('equity.tooLittle')}</Badge>}
                    {found?.askedTooLittle === null && <span className="hs-quiet">{t('equity.tooSmall')}</span>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head({ results, first }: Results & { readonly first: string }) {
  return (
    <thead>
      <tr>
        <th scope="col">{first}</th>
        {results.map(({ policy }, index) => (
          <th key={policy.name} scope="col">
            <Legend index={index} name={policy.name} />
          </th>
        ))}
      </tr>
    </thead>
  );
}
