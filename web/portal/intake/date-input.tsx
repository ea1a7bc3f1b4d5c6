/** A date as day, month and year: nobody scrolls through sixty years of a calendar. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useSpeech } from '../words.tsx';

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

export function DateInput(props: Props): ReactNode {
  const { id, legend, hint, value, onChange, problem } = props;
  const { t } = useSpeech();
  const [year = '', month = '', day = ''] = value.split('-');
  // What was typed stays as typed: "7" does not become "07" under the finger.
  const [typed, setTyped] = useState({ day, month, year });
  const change = (part: keyof typeof typed) => (text: string) => {
    const next = { ...typed, [part]: text.trim() };
    setTyped(next);
    onChange(written(next));
  };
  const described = [hint && `${id}-hint`, problem && `${id}-error`].filter(Boolean).join(' ') || undefined;
  const field = (part: keyof typeof typed, complete: string, size: number) => (
    <div className="field">
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
      <div className="date">
        {field('day', 'bday-day', 2)}
        {field('month', 'bday-month', 2)}
        {field('year', 'bday-year', 4)}
      </div>
    </fieldset>
  );
}

function written({ day, month, year }: { day: string; month: string; year: string }): string {
  const two = (text: string): string => (/^\d$/.test(text) ? `0${text}` : text);
  if (day === '' && month === '') return year;
  if (day === '') return `${year}-${two(month)}`;
  return `${year}-${two(month)}-${two(day)}`;
}
