/** A run in words: one column a policy. */
import type { Simulation, SimulationFigures } from '../../domain/waitlist/simulation.ts';
import type { SeasonParameters } from './season.ts';

type Line = readonly [string, (figures: SimulationFigures) => string];

const percent = (value: number | null): string => (value === null ? 'none' : `${(value * 100).toFixed(1)} %`);
const number = (value: number | null, unit = ''): string => (value === null ? 'none' : `${value}${unit}`);

const lines: readonly Line[] = [
  ['freed times that could be offered', (f) => `${f.openings} (${f.chained} behind an acceptance)`],
  ['freed too late to ask anybody', (f) => String(f.tooClose)],
  ['filled', (f) => `${f.filled} = ${percent(f.fillRate)}`],
  ['offers', (f) => String(f.offers)],
  ['offers for each fill', (f) => number(f.offersPerFill)],
  ['offers for each freed time', (f) => number(f.offersPerOpening)],
  ['accepted, of all offers', (f) => `${f.accepted} = ${percent(f.acceptance)}`],
  ['lapsed without an answer', (f) => `${f.lapsed} = ${percent(f.lapseRate)}`],
  ['taken back (another was first)', (f) => String(f.takenBack)],
  ['days sooner, median / mean', (f) => `${number(f.medianDaysGained)} / ${number(f.meanDaysGained)}`],
  ['minutes from freed to filled, median', (f) => number(f.medianMinutesToFill)],
  ['offers at night', (f) => String(f.offersAtNight)],
];

export function parameterLines(parameters: SeasonParameters): string[] {
  return [
    `Season: seed ${parameters.seed}, ${parameters.days} days from ${parameters.startsOn}, all of it synthetic`,
    `  ${JSON.stringify(parameters)}`,
  ];
}

export function resultLines({ results }: Simulation): string[] {
  const columns = results.map(({ policy, figures }) => [policy.name, ...lines.map(([, show]) => show(figures))]);
  const table = columnsOf(['', ...lines.map(([name]) => name)], columns);
  const groups = new Map(
    results.flatMap(({ figures }) => figures.equity.map((one) => [`${one.dimension} ${one.group}`, one] as const)),
  );
  const equity = columnsOf(
    ['offers a day that could be asked', ...groups.keys()],
    results.map(({ policy, figures }) => [
      policy.name,
      ...[...groups.values()].map(({ dimension, group }) => {
        const found = figures.equity.find((one) => one.dimension === dimension && one.group === group);
        if (found === undefined) return 'nobody';
        const word =
          found.askedTooLittle === null
            ? ', too few to say'
            : found.askedTooLittle
              ? ', TOO LITTLE (under 80 % of the best)'
              : '';
        return `${found.offersPerEntryDay} = ${percent(found.ofBest)} of the best${word}`;
      }),
    ]),
  );
  return [...table, '', ...equity];
}

function columnsOf(first: readonly string[], others: readonly (readonly string[])[]): string[] {
  const all = [first, ...others];
  const widths = all.map((column) => Math.max(...column.map((cell) => cell.length)));
  return first.map((_, row) =>
    all
      .map((column, k) => (column[row] ?? '').padEnd(widths[k]!))
      .join('   ')
      .trimEnd(),
  );
}
