/** Claiming an account: the link, then who you are, then the code and a password. Three proofs, two pages. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { api } from '../../shared/api-client.ts';
import { Field, Form, Page, useLoaded, Waiting } from '../parts.tsx';
import type { FieldProblem } from '../parts.tsx';
import { isCode, problemText } from '../problems.ts';
import { navigate } from '../router.tsx';
import { useSpeech } from '../words.tsx';

export function Claim({ token }: { readonly token: string }): ReactNode {
  const { t } = useSpeech();
  const link = useLoaded(token, () => api('GET /account-claims/:token', { params: { token } }));
  const [birthDate, setBirthDate] = useState<string | null>(null);
  const [codeComesBy, setCodeComesBy] = useState<'mail' | 'clinic'>('mail');
  if (link.kind !== 'ready') return <Waiting title={t('claim.title')} state={link} />;
  const sendCode = async () => {
    const answer = await api('POST /account-claims/:token/code', { params: { token } });
    setCodeComesBy(answer.codeComesBy);
  };
  return birthDate === null ? (
    <WhoYouAre
      clinic={link.value.organization}
      onDone={async (date) => {
        await sendCode();
        setBirthDate(date);
      }}
    />
  ) : (
    <CodeAndPassword
      token={token}
      birthDate={birthDate}
      codeComesBy={codeComesBy}
      asksForEmail={link.value.asksForEmail}
      sendCode={sendCode}
      back={() => setBirthDate(null)}
    />
  );
}

function WhoYouAre({
  clinic,
  onDone,
}: {
  readonly clinic: string;
  readonly onDone: (date: string) => Promise<void>;
}): ReactNode {
  const { t } = useSpeech();
  const [day, setDay] = useState('');
  const [month, setMonth] = useState('');
  const [year, setYear] = useState('');
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);

  async function submit(): Promise<void> {
    const date = isoDate(day, month, year);
    if (date === null) return setProblems([{ field: 'day', text: t('claim.needBirthDate') }]);
    try {
      setProblems([]);
      await onDone(date);
    } catch (error) {
      setProblems([{ text: problemText(error, t) }]);
    }
  }
  const problem = problems.find(({ field }) => field === 'day');
  return (
    <Page title={t('claim.title')} problems={problems}>
      <p>{t('claim.lead', { clinic })}</p>
      <Form onSubmit={submit} label={t('claim.sendCode')}>
        <fieldset aria-describedby={`date-hint${problem ? ' date-error' : ''}`}>
          <legend>{t('claim.birthDate')}</legend>
          <p className="hint" id="date-hint">
            {t('claim.birthDateHint')}
          </p>
          {problem !== undefined && (
            <p className="field-error" id="date-error">
              {t('errors.prefix')} {problem.text}
            </p>
          )}
          <div className="date">
            <Field
              id="day"
              short
              inputMode="numeric"
              autoComplete="bday-day"
              label={t('claim.day')}
              value={day}
              onChange={setDay}
            />
            <Field
              id="month"
              short
              inputMode="numeric"
              autoComplete="bday-month"
              label={t('claim.month')}
              value={month}
              onChange={setMonth}
            />
            <Field
              id="year"
              short
              inputMode="numeric"
              autoComplete="bday-year"
              label={t('claim.year')}
              value={year}
              onChange={setYear}
            />
          </div>
        </fieldset>
      </Form>
    </Page>
  );
}

interface CodeProps {
  readonly token: string;
  readonly birthDate: string;
  readonly codeComesBy: 'mail' | 'clinic';
  readonly asksForEmail: boolean;
  readonly sendCode: () => Promise<void>;
  readonly back: () => void;
}

function CodeAndPassword(props: CodeProps): ReactNode {
  const { t } = useSpeech();
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  const [email, setEmail] = useState('');
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);

  async function submit(): Promise<void> {
    const missing: FieldProblem[] = [];
    if (code.trim().length < 4) missing.push({ field: 'code', text: t('claim.needCode') });
    if (props.asksForEmail && !email.includes('@')) missing.push({ field: 'email', text: t('claim.needEmail') });
    if (password === '') missing.push({ field: 'password', text: t('claim.needPassword') });
    setProblems(missing);
    if (missing.length > 0) return;
    try {
      const body = {
        birthDate: props.birthDate,
        code: code.trim(),
        password,
        ...(props.asksForEmail && { email: email.trim() }),
      };
      const answer = await api('POST /account-claims/:token', { params: { token: props.token }, body });
      navigate('/', { email: answer.email }, { replace: true });
    } catch (error) {
      if (isCode(error, 'validation-failed')) setProblems([{ field: 'password', text: t('claim.weakPassword') }]);
      else if (isCode(error, 'sign-in-failed')) setProblems([{ field: 'code', text: t('claim.wrong') }]);
      else setProblems([{ text: problemText(error, t) }]);
    }
  }

  return (
    <Page title={t('claim.title')} problems={problems}>
      <p>{t(props.codeComesBy === 'mail' ? 'claim.codeMail' : 'claim.codeClinic')}</p>
      <Form onSubmit={submit} label={t('claim.submit')}>
        <Field
          id="code"
          short
          inputMode="numeric"
          autoComplete="one-time-code"
          label={t('claim.code')}
          value={code}
          onChange={setCode}
          problems={problems}
        />
        {props.asksForEmail && (
          <Field
            id="email"
            type="email"
            autoComplete="username"
            label={t('claim.email')}
            value={email}
            onChange={setEmail}
            problems={problems}
          />
        )}
        <Field
          id="password"
          type="password"
          autoComplete="new-password"
          label={t('claim.password')}
          hint={t('claim.passwordHint')}
          value={password}
          onChange={setPassword}
          problems={problems}
        />
      </Form>
      <button
        type="button"
        onClick={() => void props.sendCode().catch((error: unknown) => setProblems([{ text: problemText(error, t) }]))}
      >
        {t('claim.newCode')}
      </button>
      <button type="button" className="plain" onClick={props.back}>
        {t('back')}
      </button>
    </Page>
  );
}

/** Null for what is not a day of the calendar. */
export function isoDate(day: string, month: string, year: string): string | null {
  if (!/^\d{1,2}$/.test(day.trim()) || !/^\d{1,2}$/.test(month.trim()) || !/^\d{4}$/.test(year.trim())) return null;
  const text = `${year.trim()}-${month.trim().padStart(2, '0')}-${day.trim().padStart(2, '0')}`;
  const date = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text ? null : text;
}
