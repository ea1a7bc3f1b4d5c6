import { useId } from 'react';
import type { ReactNode } from 'react';
import type { Choice } from './parts.tsx';

interface TicksProps {
  readonly name: string;
  readonly legend: string;
  readonly showLegend?: boolean | undefined;
  readonly hint?: string | undefined;
  readonly choices: readonly Choice[];
  readonly values: readonly string[];
  readonly onChange: (values: readonly string[]) => void;
}

/** Any of several, or none: checkboxes of the browser. */
export function Ticks({ name, legend, hint, choices, values, onChange, showLegend }: TicksProps): ReactNode {
  const id = useId();
  return (
    <fieldset aria-describedby={hint === undefined ? undefined : id}>
      <legend className={showLegend === true ? undefined : 'hidden'}>{legend}</legend>
      {hint !== undefined && (
        <p className="hint" id={id}>
          {hint}
        </p>
      )}
      <div className="choices">
        {choices.map(({ value, label }, k) => (
          <label className="choice" key={value} htmlFor={`${name}-${k}`}>
            <input
              type="checkbox"
              id={`${name}-${k}`}
              name={name}
              value={value}
              checked={values.includes(value)}
              onChange={(event) =>
                onChange(event.target.checked ? [...values, value] : values.filter((one) => one !== value))
              }
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
