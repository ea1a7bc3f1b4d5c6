/** Two charts in two columns, a row a field, with what each says for or against one person. */
import { useTranslation } from 'react-i18next';
import type { Chart, Match } from '../api/identity.ts';

type Weight = Match['weights'][number];
const sign: Readonly<Record<Weight['level'], string>> = { exact: '=', nickname: '≈', close: '≈', different: '≠', unknown: '–' }; // prettier-ignore

interface Line {
  readonly word: string;
  readonly of: (chart: Chart) => string;
  readonly fields: readonly Weight['field'][];
}

const lines: readonly Line[] = [
  { word: 'names', of: ({ names }) => names.join(' · '), fields: ['surname', 'given'] },
  { word: 'birthDate', of: ({ birthDate }) => birthDate ?? '', fields: ['birthDate'] },
  { word: 'sex', of: () => '', fields: [] },
  { word: 'phone', of: ({ phone }) => phone ?? '', fields: ['phone'] },
  { word: 'email', of: ({ email }) => email ?? '', fields: ['email'] },
  {
    word: 'address',
    of: ({ address }) => address.join(', '),
    fields: ['houseNumber', 'street', 'suburb', 'postcode'],
  },
  { word: 'identifiers', of: ({ identifiers }) => identifiers.map(({ value }) => value).join(' · '), fields: ['nationalId'] }, // prettier-ignore
  { word: 'member', of: () => '', fields: ['memberId'] },
  { word: 'mrn', of: ({ mrn }) => mrn, fields: [] },
];

export function SideBySide({ match }: { readonly match: Pick<Match, 'patient' | 'other' | 'weights'> }) {
  const { t } = useTranslation();
  const weightOf = (field: Weight['field']): Weight => match.weights.find((weight) => weight.field === field)!;
  const text = (line: Line, chart: Chart): string =>
    line.word === 'sex' ? t(`sex.${chart.sex}`) : line.of(chart) || (line.word === 'member' ? '' : t('identity.unknown'));
  return (
    <div className="hs-side-scroll" role="region" aria-label={t('identity.compare')} tabIndex={0}>
      <table className="hs-side">
        <thead>
          <tr>
            <th scope="col">{t('identity.field')}</th>
            <th scope="col">{t('identity.later')}</th>
            <th scope="col">{t('identity.earlier')}</th>
            <th scope="col">{t('identity.weight')}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => {
            const weights = line.fields.map(weightOf).filter(({ level }) => level !== 'unknown');
            if (line.word === 'member' && weights.length === 0) return null;
            const level = weights.find((one) => one.level === 'different')?.level ?? weights[0]?.level ?? 'unknown';
            return (
              <tr key={line.word} data-level={level}>
                <th scope="row">{t(`identityLine.${line.word}`)}</th>
                <td>{text(line, match.patient)}</td>
                <td>{text(line, match.other)}</td>
                <td>
                  {weights.map((weight) => (
                    <div key={weight.field}>
                      <span aria-hidden>{sign[weight.level]} </span>
                      {line.fields.length > 1 && `${t(`identityField.${weight.field}`)}: `}
                      {t(`identityLevel.${weight.level}`)}{' '}
                      <span className="hs-num">{t('identity.bits', { bits: signed(weight.bits) })}</span>
                    </div>
                  ))}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
} // prettier-ignore

const signed = (bits: number): string => `${bits < 0 ? '−' : '+'}${Math.abs(bits).toFixed(1)}`;

/** How many rows of each kind; kinds without any are left out. */
export function Counts({ counts }: { readonly counts: Readonly<Record<string, number>> }) {
  const { t } = useTranslation();
  const some = Object.entries(counts).filter(([, n]) => n > 0);
  if (some.length === 0) return <p>{t('identity.movesNothing')}</p>;
  return (
    <dl className="hs-counts">
      {some.map(([kind, n]) => (
        <div key={kind}>
          <dt>{t(`mergeKind.${kind}`)}</dt>
          <dd className="hs-num">{n}</dd>
        </div>
      ))}
    </dl>
  );
}
