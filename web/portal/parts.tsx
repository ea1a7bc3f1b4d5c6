/** What every page is made of: native elements, one heading that takes focus, errors on top. */
import { useCallback, useEffect, useId, useRef, useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { problemText } from './problems.ts';
import { Link } from './router.tsx';
import { useSpeech } from './words.tsx';

export interface FieldProblem {
  /** Id of the input that it is about; none for what is about the whole page. */
  readonly field?: string | undefined;
  readonly text: string;
  /** Where the field stands on another page: the path below /portal. */
  readonly page?: string | undefined;
}

interface PageProps {
  readonly title: string;
  readonly step?: string | undefined;
  /** Stands above the heading. */
  readonly before?: ReactNode;
  /** What the question belongs to, said with it: "Over the last two weeks, how often ...". */
  readonly context?: string | undefined;
  readonly problems?: readonly FieldProblem[] | undefined;
  readonly children: ReactNode;
}

/** A page announces itself: title of the window, focus on its heading, or on what went wrong. */
export function Page({ title, step, before, context, problems = [], children }: PageProps): ReactNode {
  const { t } = useSpeech();
  const heading = useRef<HTMLHeadingElement>(null);
  const hasProblems = problems.length > 0;
  useEffect(() => {
    document.title = `${hasProblems ? `${t('errors.prefix')} ` : ''}${title} - HealthSphere`;
  }, [title, hasProblems, t]);
  useEffect(() => {
    window.scrollTo(0, 0);
    heading.current?.focus();
  }, []);
  return (
    <>
      <ErrorSummary problems={problems} />
      {step !== undefined && <p className="step">{step}</p>}
      {before}
      <h1 tabIndex={-1} ref={heading}>
        {context !== undefined && <span className="context">{context} </span>}
        {title}
      </h1>
      {children}
    </>
  );
}

function ErrorSummary({ problems }: { readonly problems: readonly FieldProblem[] }): ReactNode {
  const { t } = useSpeech();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (problems.length > 0) box.current?.focus();
  }, [problems]);
  if (problems.length === 0) return null;
  return (
    <div className="error" role="alert" tabIndex={-1} ref={box}>
      <h2>{t('errors.title')}</h2>
      <ul>
        {problems.map(({ field, text, page }) => (
          <li key={text}>
            {page !== undefined ? (
              <Link to={page}>{text}</Link>
            ) : field === undefined ? (
              text
            ) : (
              <a
                href={`#${field}`}
                onClick={(event) => {
                  event.preventDefault();
                  document.getElementById(field)?.focus();
                }}
              >
                {text}
              </a>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly problems?: readonly FieldProblem[] | undefined;
  readonly type?: string | undefined;
  readonly autoComplete?: string | undefined;
  readonly inputMode?: 'numeric' | 'email' | 'tel' | undefined;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly short?: boolean | undefined;
}

export function Field({ id, label, hint, problems = [], value, onChange, short, ...input }: FieldProps): ReactNode {
  const { t } = useSpeech();
  const problem = problems.find(({ field }) => field === id);
  const described = [hint && `${id}-hint`, problem && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {hint !== undefined && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problem !== undefined && (
        <p className="field-error" id={`${id}-error`}>
          {t('errors.prefix')} {problem.text}
        </p>
      )}
      <input
        {...input}
        id={id}
        name={id}
        className={short === true ? 'short' : undefined}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        aria-describedby={described === '' ? undefined : described}
        aria-invalid={problem !== undefined || undefined}
      />
    </div>
  );
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly hint?: string | undefined;
}

interface ChoicesProps {
  readonly name: string;
  /** The question; hidden where the heading asks it already. */
  readonly legend: string;
  readonly showLegend?: boolean | undefined;
  readonly hint?: string | undefined;
  readonly choices: readonly Choice[];
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly problems?: readonly FieldProblem[] | undefined;
  readonly columns?: boolean | undefined;
}

/** One of several: radio buttons of the browser. The first has the id `<name>-0`. */
export function Choices(props: ChoicesProps): ReactNode {
  const { name, legend, hint, choices, value, onChange, problems = [] } = props;
  const { t } = useSpeech();
  const id = useId();
  const problem = problems.find(({ field }) => field === `${name}-0`);
  return (
    <fieldset
      aria-describedby={[hint && `${id}-hint`, problem && `${id}-error`].filter(Boolean).join(' ') || undefined}
    >
      <legend className={props.showLegend === true ? undefined : 'hidden'}>{legend}</legend>
      {hint !== undefined && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problem !== undefined && (
        <p className="field-error" id={`${id}-error`}>
          {t('errors.prefix')} {problem.text}
        </p>
      )}
      <div className={props.columns === true ? 'choices columns' : 'choices'}>
        {choices.map((choice, k) => (
          <label className="choice" key={choice.value} htmlFor={`${name}-${k}`}>
            <input
              type="radio"
              id={`${name}-${k}`}
              name={name}
              value={choice.value}
              checked={choice.value === value}
              onChange={() => onChange(choice.value)}
            />
            <span>
              {choice.label} {choice.hint !== undefined && <span className="hint">{choice.hint}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface FormProps {
  readonly onSubmit: () => Promise<void> | void;
  readonly label: string;
  readonly danger?: boolean | undefined;
  readonly children?: ReactNode;
}

/** A form that cannot be sent twice while it is being sent. */
export function Form({ onSubmit, label, danger, children }: FormProps): ReactNode {
  const { t } = useSpeech();
  const [busy, setBusy] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    void Promise.resolve(onSubmit()).finally(() => setBusy(false));
  };
  return (
    <form onSubmit={submit} noValidate>
      {children}
      <button type="submit" className={danger === true ? 'danger' : 'primary'} aria-disabled={busy || undefined}>
        {busy ? t('loading') : label}
      </button>
    </form>
  );
}

export type Loaded<T> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Reads when the key changes; `again` reads once more and keeps showing what there is meanwhile. */
export function useLoaded<T>(key: string, load: () => Promise<T>): Loaded<T> & { readonly again: () => Promise<void> } {
  const [state, setState] = useState<{ readonly key: string; readonly loaded: Loaded<T> }>({
    key,
    loaded: { kind: 'loading' },
  });
  const latest = useRef(load);
  useEffect(() => {
    latest.current = load;
  });
  const run = useCallback(async () => {
    try {
      const value = await latest.current();
      setState({ key, loaded: { kind: 'ready', value } });
    } catch (error) {
      setState({ key, loaded: { kind: 'failed', error } });
    }
  }, [key]);
  useEffect(() => void run(), [run]);
  const loaded: Loaded<T> = state.key === key ? state.loaded : { kind: 'loading' };
  return { ...loaded, again: run };
}

/** A page whose content is being fetched, or could not be. */
export function Waiting({
  title,
  state,
}: {
  readonly title: string;
  readonly state: Loaded<unknown> & { readonly again: () => Promise<void> };
}): ReactNode {
  const { t } = useSpeech();
  if (state.kind === 'failed') {
    return (
      <Page title={title} problems={[{ text: problemText(state.error, t) }]}>
        <button type="button" className="primary" onClick={() => void state.again()}>
          {t('retry')}
        </button>
      </Page>
    );
  }
  return (
    <p role="status" className="loading">
      {t('loading')}
    </p>
  );
}

export function Facts({ rows }: { readonly rows: readonly (readonly [string, ReactNode])[] }): ReactNode {
  return (
    <dl>
      {rows.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
