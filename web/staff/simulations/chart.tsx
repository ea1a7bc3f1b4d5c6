/**
 * What a policy costs and what it brings: offers for each fill against the share filled, and the days gained. Small pictures
 * by hand; the same numbers stand in the table beside them, which is what a screen reader is led to.
 */
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SimulationResult } from '../api/reports.ts';
import { Legend, Mark } from './marks.tsx';

const box = { width: 360, height: 230, left: 44, right: 16, top: 14, bottom: 40 } as const;
const inner = { width: box.width - box.left - box.right, height: box.height - box.top - box.bottom } as const;

interface Results {
  readonly results: readonly SimulationResult[];
}

export function FillChart({ results }: Results) {
  const { t, i18n } = useTranslation();
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 0 });
  const points = results.flatMap(({ policy, figures }, index) =>
    figures.fillRate === null || figures.offersPerFill === null
      ? []
      : [{ name: policy.name, index, fill: figures.fillRate, offers: figures.offersPerFill }],
  );
  const mostOffers = niceTop(Math.max(1, ...points.map(({ offers }) => offers)));
  const x = (offers: number): number => box.left + (offers / mostOffers) * inner.width;
  const y = (fill: number): number => box.top + (1 - fill) * inner.height;
  return (
    <figure className="hs-figure">
      <figcaption>
        <Text fw={600}>{t('simulations.fillChart')}</Text>
        <Text size="xs" c="dimmed">
          {t('simulations.fillChartHint')}
        </Text>
      </figcaption>
      <svg viewBox={`0 0 ${box.width} ${box.height}`} role="img" aria-label={t('simulations.fillChartLabel')}>
        {[0, 0.25, 0.5, 0.75, 1].map((fill) => (
          <g key={fill}>
            <line className="hs-grid-line" x1={box.left} x2={box.width - box.right} y1={y(fill)} y2={y(fill)} />
            <text className="hs-axis" x={box.left - 6} y={y(fill) + 4} textAnchor="end">
              {percent.format(fill)}
            </text>
          </g>
        ))}
        {[0, 0.5, 1].map((part) => (
          <text key={part} className="hs-axis" x={x(part * mostOffers)} y={box.height - 22} textAnchor="middle">
            {new Intl.NumberFormat(i18n.language).format(part * mostOffers)}
          </text>
        ))}
        <text className="hs-axis" x={box.left + inner.width / 2} y={box.height - 4} textAnchor="middle">
          {t('simulations.figure.offersPerFill')}
        </text>
        {points.map((point) => (
          <Mark key={point.name} index={point.index} x={x(point.offers)} y={y(point.fill)} />
        ))}
      </svg>
      <ul className="hs-legends">
        {points.map(({ name, index, fill, offers }) => (
          <li key={name}>
            <Legend index={index} name={name} />{' '}
            <span className="hs-quiet">
              {t('simulations.point', {
                fill: percent.format(fill),
                offers: new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 }).format(offers),
              })}
            </span>
          </li>
        ))}
      </ul>
    </figure>
  );
}

export function DaysChart({ results }: Results) {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 });
  const most = Math.max(1, ...results.map(({ figures }) => figures.medianDaysGained ?? 0));
  return (
    <figure className="hs-figure">
      <figcaption>
        <Text fw={600}>{t('simulations.daysChart')}</Text>
        <Text size="xs" c="dimmed">
          {t('simulations.daysChartHint')}
        </Text>
      </figcaption>
      <ul className="hs-bars">
        {results.map(({ policy, figures }, index) => (
          <li key={policy.name}>
            <Legend index={index} name={policy.name} />
            <span className="hs-bar-track" aria-hidden>
              <span
                className="hs-bar"
                data-series={index % 6}
                style={{ inlineSize: `${((figures.medianDaysGained ?? 0) / most) * 100}%` }}
              />
            </span>
            <span className="hs-num">
              {figures.medianDaysGained === null ? t('simulations.nothing') : number.format(figures.medianDaysGained)}
            </span>
          </li>
        ))}
      </ul>
    </figure>
  );
}

/** The axis ends at a round number above the largest value. */
function niceTop(value: number): number {
  const step = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 10].map((times) => times * step).find((top) => top >= value) ?? value;
}
