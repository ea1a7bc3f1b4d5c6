/** As a patient reads it, page by page, in any of the languages; answers show what else is asked, and are kept nowhere. */
import { NativeSelect, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isRightToLeft, writtenLanguages, type WrittenLanguage } from '../../../domain/language.ts';
import { localization, optionText } from '../../../domain/questionnaire/questionnaire-localization.ts';
import { pagesOf, type QuestionPage } from '../../../domain/questionnaire/questionnaire-pages.ts';
import {
  isHidden,
  isRepeatingGroup,
  itemControlOf,
  valueOf,
  whyOf,
  type AnswerOption,
  type QuestionnaireItem,
} from '../../../domain/questionnaire/questionnaire.ts';
import {
  answersOf,
  isCoding,
  type Answers,
  type AnswerValue,
} from '../../../domain/questionnaire/questionnaire-answers.ts';
import { definitionOf, type QuestionnaireVersionView } from '../api/questionnaires.ts';

export function Preview({ version }: { readonly version: QuestionnaireVersionView }) {
  const { t } = useTranslation();
  const [language, setLanguage] = useState<WrittenLanguage>('en');
  const [answers, setAnswers] = useState<Answers>({});
  const { questionnaire, fellBack } = localization(
    { definition: definitionOf(version), translations: version.translations },
    language,
  );
  const answer = (linkId: string, values: readonly AnswerValue[]): void => setAnswers({ ...answers, [linkId]: values });
  return (
    <>
      <div className="hs-filters">
        <NativeSelect
          label={t('questionnaires.language')}
          value={language}
          onChange={(event) => setLanguage(writtenLanguages.find((one) => one === event.currentTarget.value) ?? 'en')}
          data={writtenLanguages.map((one) => ({ value: one, label: t(`questionnaires.language.${one}`) }))}
        />
      </div>
      {fellBack.length > 0 && <Text size="sm">{t('questionnaires.fellBack', { count: fellBack.length })}</Text>}
      <section
        className="hs-preview"
        lang={language}
        dir={isRightToLeft(language) ? 'rtl' : 'ltr'}
        aria-label={t('questionnaires.view.preview')}
      >
        <h2>{questionnaire.title}</h2>
        <ol className="hs-plain-list">
          {pagesOf(questionnaire, answers).map((page) => (
            <li key={page.key} className="hs-preview-page">
              <PageShown page={page} answers={answers} answer={answer} />
            </li>
          ))}
        </ol>
      </section>
    </>
  );
}

interface Answering {
  readonly answers: Answers;
  readonly answer: (linkId: string, values: readonly AnswerValue[]) => void;
}

function PageShown({ page, ...answering }: Answering & { readonly page: QuestionPage }) {
  return (
    <>
      {page.groups.map(
        (group) =>
          group.text && (
            <p key={group.linkId} className="hs-preview-group">
              {group.text}
            </p>
          ),
      )}
      {page.items.map((item) => (
        <ItemShown key={item.linkId} item={item} {...answering} />
      ))}
    </>
  );
}

/** Plain text everywhere: what an administrator wrote is never markup. */
function ItemShown({ item, ...answering }: Answering & { readonly item: QuestionnaireItem }) {
  if (item.type === 'display') return <p>{item.text}</p>;
  const help = (item.item ?? []).filter((child) => child.type === 'display' && itemControlOf(child) === 'help');
  return (
    <fieldset>
      <legend>
        {item.text ?? item.linkId}
        {item.required === true && <span aria-hidden> *</span>}
      </legend>
      {whyOf(item) !== undefined && <p className="hs-preview-why">{whyOf(item)}</p>}
      {help.map((child) => (
        <p key={child.linkId} className="hs-preview-why">
          {child.text}
        </p>
      ))}
      {isRepeatingGroup(item) ? (
        (item.item ?? [])
          .filter((child) => !isHidden(child))
          .map((child) => <ItemShown key={child.linkId} item={child} {...answering} />)
      ) : (
        <Control item={item} {...answering} />
      )}
    </fieldset>
  );
}

function Control({ item, answers, answer }: Answering & { readonly item: QuestionnaireItem }) {
  const { t } = useTranslation();
  const given = answersOf(answers, item.linkId) as readonly AnswerValue[];
  const label = item.text ?? item.linkId;
  if (item.type === 'boolean') {
    return (
      <>
        {[true, false].map((value) => (
          <label key={String(value)}>
            <input
              type="radio"
              name={item.linkId}
              checked={given[0] === value}
              onChange={() => answer(item.linkId, [value])}
            />
            <span>{value ? t('common.yes') : t('common.no')}</span>
          </label>
        ))}
      </>
    );
  }
  if (item.answerOption !== undefined)
    return <Options item={item} options={item.answerOption} given={given} answer={answer} />;
  if (item.type === 'text') return <textarea aria-label={label} rows={2} />;
  const kind =
    { integer: 'number', decimal: 'number', quantity: 'number', date: 'date', time: 'time', attachment: 'file' }[
      item.type as string
    ] ?? 'text';
  return <input aria-label={label} type={kind} disabled={kind === 'file'} />;
}

interface OptionsProps {
  readonly item: QuestionnaireItem;
  readonly options: readonly AnswerOption[];
  readonly given: readonly AnswerValue[];
  readonly answer: Answering['answer'];
}

function Options({ item, options, given, answer }: OptionsProps) {
  const plain = (value: unknown): string => (isCoding(value) ? `=${value.code}` : JSON.stringify(value));
  const several = item.repeats === true;
  return (
    <>
      {options.map((option) => {
        const value = valueOf(option);
        if (value === undefined) return null;
        const own = isCoding(value) ? { code: value.code } : value;
        const chosen = given.some((each) => plain(each) === plain(own));
        const others = given.filter((each) => plain(each) !== plain(own));
        return (
          <label key={plain(own)}>
            <input
              type={several ? 'checkbox' : 'radio'}
              name={item.linkId}
              checked={chosen}
              onChange={() => answer(item.linkId, !several ? [own] : chosen ? others : [...others, own])}
            />
            <span>{optionText(option)}</span>
          </label>
        );
      })}
    </>
  );
}
