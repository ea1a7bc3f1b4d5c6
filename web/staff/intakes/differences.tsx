/** What is not as it was in the last completed intake: by step and question, before and now. */
import { Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Difference } from '../api/intakes.ts';

export function Differences({ differences }: { readonly differences: readonly Difference[] }) {
  const { t } = useTranslation();
  if (differences.length === 0) {
    return (
      <Text size="sm" className="hs-quiet">
        {t('intakes.noDifferences')}
      </Text>
    );
  }
  return (
    <div className="hs-intake-wide" tabIndex={0} role="group" aria-label={t('intakes.differences')}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('intakes.difference.what')}</Table.Th>
            <Table.Th scope="col">{t('intakes.difference.before')}</Table.Th>
            <Table.Th scope="col">{t('intakes.difference.now')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {differences.map(({ step, linkId, before, now }) => (
            <Table.Tr key={`${step}/${linkId}`}>
              <Table.Th scope="row">
                {t(`intakeStep.${step}`)}
                <Text size="xs" className="hs-quiet">
                  {linkId}
                </Text>
              </Table.Th>
              <Table.Td>{short(before) ?? t('intakes.difference.none')}</Table.Td>
              <Table.Td>{short(now) ?? t('intakes.difference.none')}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

/** Values as they are; the questions with their options stand with the answers. */
function short(values: readonly unknown[] | null): string | null {
  if (values === null || values.length === 0) return null;
  return values.map(wordOf).join(', ');
}

function wordOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if ('display' in value && typeof value.display === 'string') return value.display;
  if ('code' in value) return String(value.code);
  if ('documentId' in value) return '▤';
  return Object.values(value)
    .flatMap((inner) => (Array.isArray(inner) ? inner.map(wordOf) : [wordOf(inner)]))
    .join(' · ');
}
