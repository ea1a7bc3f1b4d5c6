/** A repeating group: rows that are added and taken away, each a small form of its own. */
import { useRef } from 'react';
import type { ReactNode } from 'react';
import { isHidden, isQuestion } from '../../../domain/questionnaire/questionnaire.ts';
import type { Questionnaire, QuestionnaireItem } from '../../../domain/questionnaire/questionnaire.ts';
import { enabledItems } from '../../../domain/questionnaire/questionnaire-evaluation.ts';
import type { Answers } from '../../../domain/questionnaire/questionnaire-answers.ts';
import { useSpeech } from '../words.tsx';
import { rowText } from './answer-words.ts';
import { fieldId } from './findings.ts';
import type { ItemProblem } from './findings.ts';
import { ItemInput } from './inputs.tsx';
import type { Values } from './inputs.tsx';

interface Props {
  readonly item: QuestionnaireItem;
  readonly questionnaire: Questionnaire;
  readonly answers: Answers;
  readonly onChange: (rows: Values, typed: boolean) => void;
  readonly problems: readonly ItemProblem[];
}

export function RowsInput({ item, questionnaire, answers, onChange, problems }: Props): ReactNode {
  const speech = useSpeech();
  const { t } = speech;
  const box = useRef<HTMLDivElement>(null);
  const given = (answers[item.linkId] ?? []) as readonly Answers[];
  // The first row stands open: nobody has to press "add" to begin.
  const rows = given.length === 0 ? [{} as Answers] : given;
  const enabled = enabledItems(questionnaire, { ...answers, [item.linkId]: rows });
  const problem = problems.find((each) => each.place === item.linkId)?.short;

  const change = (index: number, linkId: string, values: Values, typed: boolean): void => {
    const next = rows.map((row, k) => {
      if (k !== index) return row;
      const { [linkId]: _before, ...rest } = row;
      return values.length === 0 ? rest : { ...rest, [linkId]: values };
    });
    onChange(next.length === 1 && Object.keys(next[0]!).length === 0 ? [] : next, typed);
  };
  const focusRow = (index: number): void => {
    setTimeout(() => box.current?.querySelectorAll<HTMLElement>('.row-title')[index]?.focus());
  };

  return (
    <div ref={box} id={fieldId(item.linkId)} tabIndex={-1} className="rows">
      {problem !== undefined && (
        <p className="field-error">
          {t('errors.prefix')} {problem}
        </p>
      )}
      {rows.map((row, index) => {
        const fields = enabled.filter(
          (each) => each.place[0] === item.linkId && each.place[1] === index && each.place.length === 2,
        );
        return (
          // Rows have no id of their own; their order changes by taking one away only.
          <fieldset className="card" key={index}>
            <legend className="row-title" tabIndex={-1}>
              {t('intake.row', { number: index + 1 })}
            </legend>
            {fields
              .filter((each) => isQuestion(each.item) && !isHidden(each.item))
              .map((each) => (
                <ItemInput
                  key={each.item.linkId}
                  item={each.item}
                  place={`${item.linkId}/${index}/${each.item.linkId}`}
                  values={row[each.item.linkId] ?? []}
                  onChange={(values, typed) => change(index, each.item.linkId, values, typed)}
                  problems={problems}
                  asked={false}
                />
              ))}
            {(rows.length > 1 || Object.keys(row).length > 0) && (
              <button
                type="button"
                onClick={() => {
                  onChange(
                    rows.filter((_row, k) => k !== index),
                    false,
                  );
                  focusRow(Math.max(0, index - 1));
                }}
              >
                {t('intake.rowRemove')}
                <span className="hidden"> {rowText(item, row, speech)}</span>
              </button>
            )}
          </fieldset>
        );
      })}
      <button
        type="button"
        onClick={() => {
          onChange([...rows, {}], false);
          focusRow(rows.length);
        }}
      >
        {t('intake.rowAdd')}
      </button>
    </div>
  );
}
