/** What one version asks and says differently from another. */
import { NativeSelect, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { comparisonQuery, type QuestionnaireDifference, type QuestionnaireHistory } from '../api/questionnaires.ts';
import { Answered } from '../parts/page.tsx';
import { nameOf, numbersOf } from './version-name.ts';

const value = (each: unknown): string =>
  each === null || each === undefined ? '–' : typeof each === 'string' ? each : JSON.stringify(each);

interface Props {
  readonly history: QuestionnaireHistory;
  readonly to: number;
  readonly from: number | undefined;
  readonly choose: (from: number) => void;
}

export function Comparison({ history, to, from, choose }: Props) {
  const { t } = useTranslation();
  const numbers = numbersOf(history).filter((number) => number !== to);
  const before =
    from !== undefined && numbers.includes(from) ? from : (numbers.find((number) => number < to) ?? numbers[0] ?? 0);
  const comparison = useQuery(comparisonQuery(history.code, before, to));
  return (
    <>
      <div className="hs-filters">
        <NativeSelect
          label={t('questionnaires.comparedWith')}
          value={String(before)}
          onChange={(event) => choose(Number(event.currentTarget.value))}
          data={(numbers.length === 0 ? [0] : numbers).map((number) => ({
            value: String(number),
            label: nameOf(history, number, t),
          }))}
        />
      </div>
      <Answered query={comparison}>{(difference) => <Changes difference={difference} />}</Answered>
    </>
  );
}

/** The differences themselves, item by item and text by text. */
export function Changes({
  difference: { title, items, texts },
  headings = 2,
}: {
  readonly difference: QuestionnaireDifference;
  readonly headings?: 2 | 4;
}) {
  const { t } = useTranslation();
  return title === null && items.length === 0 && texts.length === 0 ? (
    <Text size="sm">{t('questionnaires.same')}</Text>
  ) : (
    <>
      {(title !== null || items.length > 0) && (
        <>
          <Title order={headings} size={headings === 2 ? 'h4' : 'h6'}>
            {t('questionnaires.changedItems')}
          </Title>
          <ul className="hs-plain-list hs-changes">
            {title !== null && (
              <li>
                <del>{value(title.before)}</del> <ins>{value(title.after)}</ins>
              </li>
            )}
            {items.map((item) => (
              <li key={item.linkId}>
                <strong>{t(`questionnaires.change.${item.change}`)}</strong> <code>{item.linkId}</code> {item.text}
                <ul>
                  {item.fields.map(({ field, before: was, after: is }) => (
                    <li key={field}>
                      <code>{field}</code>: <del>{value(was)}</del> <ins>{value(is)}</ins>
                    </li>
                  ))}
                </ul>
              </li>
            ))}
          </ul>
        </>
      )}
      {texts.length > 0 && (
        <>
          <Title order={headings} size={headings === 2 ? 'h4' : 'h6'}>
            {t('questionnaires.changedTexts')}
          </Title>
          <div className="hs-questionnaires" tabIndex={0} role="region" aria-label={t('questionnaires.changedTexts')}>
            <Table>
              <Table.Tbody>
                {texts.map((text) => (
                  <Table.Tr key={`${text.language} ${text.key}`}>
                    <Table.Th scope="row">
                      {t(`questionnaires.language.${text.language}`)} <code>{text.key}</code>
                    </Table.Th>
                    <Table.Td lang={text.language} dir="auto">
                      <del>{value(text.before)}</del> <ins>{value(text.after)}</ins>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        </>
      )}
    </>
  );
}
