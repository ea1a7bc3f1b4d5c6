/** Scores of the screens with what they were made of; a result is the instrument's, a judgement is a person's. */
import { Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Score } from '../api/intakes.ts';
import { Badge } from '../parts/states.tsx';

export function Scores({ scores }: { readonly scores: readonly Score[] }) {
  const { t } = useTranslation();
  if (scores.length === 0) {
    return (
      <Text size="sm" className="hs-quiet">
        {t('intakes.noScores')}
      </Text>
    );
  }
  return (
    <div className="hs-intake-wide" tabIndex={0} role="group" aria-label={t('intakes.scores')}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('intakes.score.tool')}</Table.Th>
            <Table.Th scope="col">{t('intakes.score.points')}</Table.Th>
            <Table.Th scope="col">{t('intakes.score.band')}</Table.Th>
            <Table.Th scope="col">{t('intakes.score.inputs')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {scores.map((score) => (
            <Table.Tr key={score.tool}>
              <Table.Th scope="row">
                {score.tool.toUpperCase()} <span className="hs-quiet">{score.version}</span>
              </Table.Th>
              <Table.Td className="hs-num">
                {score.score ?? t('intakes.score.none')}
                {score.prorated && ` (${t('intakes.score.prorated')})`}
              </Table.Td>
              <Table.Td>
                {score.band !== null && t(`intakeBand.${score.band}`, { defaultValue: score.band })}{' '}
                {score.positive && <Badge tone="warn">{t('intakes.score.positive')}</Badge>}
                {score.notes.map((note) => (
                  <Text key={note} size="xs" className="hs-quiet">
                    {t(`intakeScoreNote.${note}`, { defaultValue: note })}
                  </Text>
                ))}
              </Table.Td>
              <Table.Td className="hs-num">{inputsOf(score.inputs)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

/** Item answers in order, a dash where there is none. */
function inputsOf(inputs: unknown): string {
  const list = Array.isArray(inputs) ? inputs : ((inputs as { items?: unknown } | null)?.items ?? []);
  return Array.isArray(list) ? list.map((item) => (typeof item === 'number' ? item : '–')).join(' ') : '';
}
