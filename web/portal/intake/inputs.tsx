/** The field of one question, by the type of its item: what the browser has, with a name, a help and an error. */
import type { ReactNode } from 'react';
import {
  declined,
  extensionOf,
  isHidden,
  itemControlOf,
  offersNotToSay,
  valueOf,
  whyOf,
} from '../../../domain/questionnaire/questionnaire.ts';
import type { QuestionnaireItem } from '../../../domain/questionnaire/questionnaire.ts';
import { isCoding, isDeclined, isQuantity } from '../../../domain/questionnaire/questionnaire-answers.ts';
import type { Answers, AnswerValue } from '../../../domain/questionnaire/questionnaire-answers.ts';
import { optionText } from '../../../domain/questionnaire/questionnaire-localization.ts';
import { useSpeech } from '../words.tsx';
import { DateInput } from '../date-input.tsx';
import { FileInput } from './file-input.tsx';
import { fieldId } from './findings.ts';
import type { ItemProblem } from './findings.ts';
import { purposeOf } from './purposes.ts';

export type Values = Answers[string];

export interface InputProps {
  readonly item: QuestionnaireItem;
  /** Of its item: `linkId`, or `group/row/linkId`. */
  readonly place: string;
  readonly values: Values;
  /** @param typed text that grows key by key, which is kept while it grows */
  readonly onChange: (values: Values, typed: boolean) => void;
  readonly problems: readonly ItemProblem[];
  /** The heading of the page asks it already. */
  readonly asked: boolean;
}

/** More than that is a list to open. */
const longList = 12;

export function ItemInput(props: InputProps): ReactNode {
  const { item, place, values, onChange, problems } = props;
  const { t } = useSpeech();
  const id = fieldId(place);
  const problem = problems.find((each) => each.place === place)?.short;
  const help = helpOf(item);
  const why = whyOf(item);
  const notToSay = offersNotToSay(item);
  const isChosen = item.type === 'choice' || item.type === 'boolean';
  const saysNothing = values.some(isDeclined);
  const common = { ...props, id, problem, help };
  return (
    <div className="question">
      {!saysNothing || isChosen ? field(common) : <Field {...common} />}
      {notToSay && !isChosen && (
        <label className="choice" htmlFor={`${id}-declined`}>
          <input
            type="checkbox"
            id={`${id}-declined`}
            checked={saysNothing}
            onChange={(event) => onChange(event.currentTarget.checked ? [declined] : [], false)}
          />
          <span>{t('intake.notToSay')}</span>
        </label>
      )}
      {why !== undefined && (
        <details className="why">
          <summary>{t('intake.why')}</summary>
          <p>{why}</p>
        </details>
      )}
    </div>
  );
}

interface Common extends InputProps {
  readonly id: string;
  readonly problem: string | undefined;
  readonly help: string | undefined;
}

function field(props: Common): ReactNode {
  const { item, values, onChange, id, problem, help, asked } = props;
  switch (item.type) {
    case 'boolean':
      return isStatement(item) ? <Statement {...props} /> : <Choosing {...props} />;
    case 'choice':
    case 'open-choice':
      return (item.answerOption ?? []).length > longList && item.repeats !== true && item.type === 'choice' ? (
        <Listed {...props} />
      ) : itemControlOf(item) === 'drop-down' && item.repeats !== true ? (
        <Listed {...props} />
      ) : (
        <Choosing {...props} />
      );
    case 'date':
      return (
        <DateInput
          id={id}
          legend={item.text ?? ''}
          showLegend={!asked}
          hint={help}
          partial={extensionOf(item, 'partialDate')?.valueBoolean}
          birth={purposeOf(item.linkId) === 'bday'}
          value={typeof values[0] === 'string' ? values[0] : ''}
          onChange={(value) => onChange(value === '' ? [] : [value], true)}
          problem={problem}
        />
      );
    case 'attachment':
      return (
        <FileInput
          id={id}
          label={item.text ?? ''}
          hideLabel={asked}
          hint={help}
          problem={problem}
          linkId={item.linkId}
          documentId={documentOf(values[0])}
          // A file is at the clinic already: that it belongs to this answer is said without going forward.
          onChange={(documentId) => onChange(documentId === null ? [] : [{ documentId }], true)}
        />
      );
    default:
      return <Field {...props} />;
  }
}

const documentOf = (value: Values[number] | undefined): string | null =>
  typeof value === 'object' && value !== null && 'documentId' in value && typeof value.documentId === 'string'
    ? value.documentId
    : null;

const described = (id: string, help: string | undefined, problem: string | undefined): string | undefined =>
  [help && `${id}-hint`, problem && `${id}-error`].filter(Boolean).join(' ') || undefined;

function Notes({ id, help, problem }: Pick<Common, 'id' | 'help' | 'problem'>): ReactNode {
  const { t } = useSpeech();
  return (
    <>
      {help !== undefined && (
        <p className="hint" id={`${id}-hint`}>
          {help}
        </p>
      )}
      {problem !== undefined && (
        <p className="field-error" id={`${id}-error`}>
          {t('errors.prefix')} {problem}
        </p>
      )}
    </>
  );
}

/** Text, numbers, times. */
function Field({ item, id, values, onChange, problem, help, asked }: Common): ReactNode {
  const { t } = useSpeech();
  const [first] = values;
  const text = isDeclined(first)
    ? ''
    : isQuantity(first)
      ? String(first.value)
      : first === undefined
        ? ''
        : String(first as AnswerValue);
  const isNumber = item.type === 'integer' || item.type === 'decimal' || item.type === 'quantity';
  const unit = extensionOf(item, 'unit')?.valueCoding;
  const change = (typed: string): void => {
    if (typed.trim() === '') return onChange([], true);
    if (!isNumber) return onChange([typed], true);
    const number = Number(typed.trim().replace(',', '.'));
    // What is no number is passed on: the check names it.
    if (Number.isNaN(number)) return onChange([typed], true);
    onChange([item.type === 'quantity' ? { value: number, ...(unit && { unit: unit.code }) } : number], true);
  };
  const shared = {
    id,
    autoComplete: purposeOf(item.linkId) ?? 'off',
    'aria-describedby': described(id, help, problem),
    'aria-invalid': problem !== undefined || undefined,
    'aria-required': item.required === true || undefined,
  };
  return (
    <div className="field">
      <label htmlFor={id} className={asked ? 'hidden' : undefined}>
        {item.text} {item.required !== true && <span className="optional">{t('intake.optional')}</span>}
      </label>
      <Notes id={id} help={help} problem={problem} />
      {item.type === 'text' ? (
        <textarea {...shared} rows={5} value={text} onChange={(event) => change(event.currentTarget.value)} />
      ) : (
        <input
          {...shared}
          type={inputType(item)}
          inputMode={item.type === 'integer' ? 'numeric' : isNumber ? 'decimal' : undefined}
          className={isNumber || item.type === 'time' ? 'short' : undefined}
          value={text}
          onChange={(event) => change(event.currentTarget.value)}
        />
      )}
      {unit !== undefined && <span className="hint"> {unit.display ?? unit.code}</span>}
    </div>
  );
}

function inputType(item: QuestionnaireItem): string {
  if (item.type === 'time') return 'time';
  if (item.type === 'dateTime') return 'datetime-local';
  const purpose = purposeOf(item.linkId);
  return purpose === 'tel' || purpose === 'email' ? purpose : 'text';
}

interface Option {
  readonly value: AnswerValue;
  readonly label: string;
  readonly alone: boolean;
}

function optionsOf(item: QuestionnaireItem, t: ReturnType<typeof useSpeech>['t']): Option[] {
  const own: Option[] =
    item.type === 'boolean'
      ? [
          { value: true, label: t('intake.yes'), alone: true },
          { value: false, label: t('intake.no'), alone: true },
        ]
      : (item.answerOption ?? []).flatMap((option) => {
          const value = valueOf(option);
          if (value === undefined) return [];
          return [
            {
              value: isCoding(value) ? { code: value.code } : value,
              label: optionText(option),
              alone: extensionOf(option, 'optionExclusive')?.valueBoolean === true,
            },
          ];
        });
  return offersNotToSay(item)
    ? [...own, { value: { code: declined.code }, label: t('intake.notToSay'), alone: true }]
    : own;
}

const sameValue = (one: unknown, other: unknown): boolean =>
  isCoding(one) && isCoding(other) ? one.code === other.code : one === other;

/** Radio buttons, or boxes where several may be chosen; a typed answer of one's own with an open choice. */
function Choosing(props: Common): ReactNode {
  const { item, id, values, onChange, problem, help, asked } = props;
  const { t } = useSpeech();
  const options = optionsOf(item, t);
  const several = item.repeats === true;
  const own = item.type === 'open-choice' ? values.filter((value) => typeof value === 'string') : [];
  const press = (option: Option, checked: boolean): void => {
    if (!several) return onChange([option.value], false);
    const others = values.filter((value) => !sameValue(value, option.value));
    if (!checked) return onChange(others, false);
    // What stands alone, such as "none of these", replaces the others, and is replaced by them.
    const kept = option.alone
      ? []
      : others.filter((value) => !options.some((each) => each.alone && sameValue(each.value, value)));
    onChange([...kept, option.value], false);
  };
  return (
    <fieldset aria-describedby={described(id, help, problem)}>
      <legend className={asked ? 'hidden' : undefined}>{item.text}</legend>
      <Notes id={id} help={help} problem={problem} />
      <div className="choices">
        {options.map((option, k) => (
          // By number: the same answer in another language keeps its place and the focus.
          <label className="choice" key={k} htmlFor={k === 0 ? id : `${id}-${k}`}>
            <input
              type={several ? 'checkbox' : 'radio'}
              id={k === 0 ? id : `${id}-${k}`}
              name={id}
              checked={values.some((value) => sameValue(value, option.value))}
              onChange={(event) => press(option, event.currentTarget.checked)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
      {item.type === 'open-choice' && (
        <div className="field">
          <label htmlFor={`${id}-own`}>{t('intake.ownAnswer')}</label>
          <input
            id={`${id}-own`}
            type="text"
            autoComplete="off"
            value={own.map(String).join(', ')}
            onChange={(event) => {
              const text = event.currentTarget.value;
              const rest = several ? values.filter((value) => typeof value !== 'string') : [];
              onChange(text.trim() === '' ? rest : [...rest, text], true);
            }}
          />
        </div>
      )}
    </fieldset>
  );
}

function Listed({ item, id, values, onChange, problem, help, asked }: Common): ReactNode {
  const { t } = useSpeech();
  const options = optionsOf(item, t);
  const chosen = options.findIndex((option) => values.some((value) => sameValue(value, option.value)));
  return (
    <div className="field">
      <label htmlFor={id} className={asked ? 'hidden' : undefined}>
        {item.text}
      </label>
      <Notes id={id} help={help} problem={problem} />
      <select
        id={id}
        value={chosen < 0 ? '' : String(chosen)}
        aria-describedby={described(id, help, problem)}
        aria-invalid={problem !== undefined || undefined}
        onChange={(event) => {
          const option = options[Number(event.currentTarget.value)];
          onChange(event.currentTarget.value === '' || option === undefined ? [] : [option.value], false);
        }}
      >
        <option value="">{t('intake.choose')}</option>
        {options.map((option, k) => (
          <option key={option.label} value={String(k)}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}

/** A sentence that one stands by: one box, and nothing is said by leaving it. */
const isStatement = (item: QuestionnaireItem): boolean =>
  itemControlOf(item) === 'check-box' || item.linkId === 'consents.intent' || item.linkId === 'review.correct';

function Statement({ item, id, values, onChange, problem, help }: Common): ReactNode {
  return (
    <div className="field">
      <Notes id={id} help={help} problem={problem} />
      <label className="choice" htmlFor={id}>
        <input
          type="checkbox"
          id={id}
          checked={values[0] === true}
          aria-describedby={described(id, help, problem)}
          aria-invalid={problem !== undefined || undefined}
          onChange={(event) => onChange(event.currentTarget.checked ? [true] : [], false)}
        />
        <span>{item.text}</span>
      </label>
    </div>
  );
}

/** The display inside a question that helps with it (SDC itemControl `help`). */
export const helpOf = (item: QuestionnaireItem): string | undefined =>
  item.item?.find((child) => child.type === 'display' && !isHidden(child) && itemControlOf(child) === 'help')?.text;
