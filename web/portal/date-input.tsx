/**
 * A date as three numbers, in the order in which the person's language writes them: nobody scrolls through sixty years of
 * a calendar.
 */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { dateOrder } from './times.ts';
import type { DatePart } from './times.ts';
import { useSpeech } from './words.tsx';
import type { Language } from './words.tsx';

interface Props {
  readonly id: string;
  readonly legend: string;
  readonly showLegend?: boolean | undefined;
  readonly hint?: string | undefined;
  /** The person's own day of birth, which the browser may know. */
  readonly birth?: boolean | undefined;
  /** A year is enough. */
  readonly partial?: boolean | undefined;
  /** `YYYY-MM-DD`, or shorter where a part is enough; '' for none. What is no date yet is passed on as it stands. */
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly problem?: string | undefined;
}

const parts: Readonly<Record<DatePart, readonly [complete: string, size: number]>> = {
  day: ['bday-day', 2],
  month: ['bday-month', 2],
  year: ['bday-year', 4],
};

/** The element that an error leads to: the first of the three. */
export const dateFocus = (id: string, language: Language): string => `${id}-${dateOrder(language)[0]!}`;

export function DateInput(props: Props): ReactNode {
  const { id, legend, hint, value, onChange, problem } = props;
  const { t, language } = useSpeech();
  const [year = '', month = '', day = ''] = value.split('-');
  // What was typed stays as typed: "7" does not become "07" under the finger.
  const [typed, setTyped] = useState({ day, month, year });
  const change = (part: DatePart) => (text: string) => {
    const next = { ...typed, [part]: text.trim() };
    setTyped(next);
    onChange(written(next));
  };
  const described = [hint && `${id}-hint`, problem && `${id}-error`].filter(Boolean).join(' ') || undefined;
  const field = (part: DatePart, [complete, size] = parts[part]) => (
    <div className="field" key={part}>
      <label htmlFor={`${id}-${part}`}>{t(`claim.${part}`)}</label>
      <input
        id={`${id}-${part}`}
        className="short"
        inputMode="numeric"
        autoComplete={props.birth === true ? complete : 'off'}
        maxLength={size}
        value={typed[part]}
        onChange={(event) => change(part)(event.currentTarget.value)}
        aria-invalid={problem !== undefined || undefined}
        aria-describedby={described}
      />
    </div>
  );
  return (
    <fieldset aria-describedby={described}>
      <legend className={props.showLegend === true ? undefined : 'hidden'}>{legend}</legend>
      <p className="hint" id={`${id}-hint`}>
        {hint ?? t(props.partial === true ? 'intake.date.partial' : 'claim.birthDateHint')}
      </p>
      {problem !== undefined && (
        <p className="field-error" id={`${id}-error`}>
          {t('errors.prefix')} {problem}
        </p>
      )}
      <div className="date">{dateOrder(language).map((part) => field(part))}</div>
    </fieldset>
  );
}

function written({ day, month, year }: { day: string; month: string; year: string }): string {
  const two = (text: string): string => (/^\d$/.test(text) ? `0${text}` : text);
  if (day === '' && month === '') return year;
  if (day === '') return `${year}-${two(month)}`;
  return `${year}-${two(month)}-${two(day)}`;
}
