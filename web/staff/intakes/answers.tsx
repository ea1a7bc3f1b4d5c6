/** The answers of one step beside their questions, as the patient read them; loaded when it is opened. */
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Answers } from '../../../domain/questionnaire/questionnaire-answers.ts';
import type { Questionnaire, QuestionnaireItem } from '../../../domain/questionnaire/questionnaire.ts';
import { intakeStepQuery } from '../api/intakes.ts';
import type { StepDetail } from '../api/intakes.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf } from '../lib/time.ts';
import { Answered } from '../parts/page.tsx';
import { StepBadge } from './words.tsx';

export function StepAnswers({ id, step }: { readonly id: string; readonly step: StepDetail }) {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  const [open, setOpen] = useState(false);
  return (
    <details
      className="hs-card hs-intake-step"
      onToggle={(event) => setOpen((event.currentTarget as HTMLDetailsElement).open)}
    >
      <summary>
        <strong>{t(`intakeStep.${step.step}`)}</strong> <StepBadge state={step.state} />{' '}
        {step.savedAt !== null && (
          <Text span size="sm" className="hs-quiet hs-num">
            {dateTimeOf(step.savedAt, zone, i18n.language)}
          </Text>
        )}
        {step.note !== null && (
          <Text span display="block" size="sm">
            {t('intakes.noteOf', { note: step.note })}
          </Text>
        )}
      </summary>
      {open && <Questions id={id} step={step} />}
    </details>
  );
}

function Questions({ id, step }: { readonly id: string; readonly step: StepDetail }) {
  const { t, i18n } = useTranslation();
  const page = useQuery(intakeStepQuery(id, step.step, i18n.language));
  return (
    <Answered query={page} rows={3}>
      {({ questionnaire, answers }) => {
        const { item } = questionnaire as unknown as Questionnaire;
        const given = answers as unknown as Answers;
        return Object.keys(given).length === 0 ? (
          <Text size="sm" className="hs-quiet">
            {t('intakes.noAnswers')}
          </Text>
        ) : (
          <div className="hs-intake-answers">
            <Items items={item} answers={given} />
            <Text size="xs" className="hs-quiet">
              {t('intakes.formVersion', { version: step.questionnaireVersion })}
            </Text>
          </div>
        );
      }}
    </Answered>
  );
}

function Items({ items, answers }: { readonly items: readonly QuestionnaireItem[]; readonly answers: Answers }) {
  const shown = items.flatMap((item) => linesOf(item, answers));
  return <dl>{shown}</dl>;
}

/** A group that does not repeat is transparent: its children stand in the same answers. */
function linesOf(item: QuestionnaireItem, answers: Answers): React.ReactNode[] {
  if (item.type === 'group' && item.repeats !== true)
    return (item.item ?? []).flatMap((child) => linesOf(child, answers));
  const values = answers[item.linkId];
  if (values === undefined || values.length === 0) return [];
  return [
    <div key={item.linkId}>
      <dt>{item.text}</dt>
      <dd>
        {item.type === 'group'
          ? values.map((entry, n) => (
              <div key={n} className="hs-intake-entry">
                <Items items={item.item ?? []} answers={entry as Answers} />
              </div>
            ))
          : values.map((value) => <AnswerText key={JSON.stringify(value)} item={item} value={value} />)}
      </dd>
    </div>,
    ...(item.type === 'group' ? [] : (item.item ?? []).flatMap((child) => linesOf(child, answers))),
  ];
}

function AnswerText({ item, value }: { readonly item: QuestionnaireItem; readonly value: unknown }) {
  const { t } = useTranslation();
  if (typeof value === 'boolean') return <div>{value ? t('common.yes') : t('common.no')}</div>;
  if (typeof value !== 'object' || value === null) return <div>{String(value)}</div>;
  if ('documentId' in value) {
    return (
      <div>
        <a href={`/api/v1/documents/${String(value.documentId)}`} download>
          {t('intakes.document')}
        </a>
      </div>
    );
  }
  if ('code' in value) return <div>{optionText(item, String(value.code)) ?? declinedOr(t, value)}</div>;
  return <div>{'value' in value ? String(value.value) : JSON.stringify(value)}</div>;
}

function declinedOr(t: (key: string) => string, value: { code?: unknown; display?: unknown }): string {
  if (value.code === 'asked-declined') return t('intakes.declined');
  return typeof value.display === 'string' ? value.display : String(value.code);
}

const optionText = (item: QuestionnaireItem, code: string): string | undefined =>
  item.answerOption?.find((option) => option.valueCoding?.code === code)?.valueCoding?.display;
