/** Claiming an account: the link, then who you are, then the code and a password. Three proofs, two pages. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { api } from '../../shared/api-client.ts';
import { DateInput, dateFocus } from '../date-input.tsx';
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
  const { t, language } = useSpeech();
  const focus = dateFocus('birth-date', language);
  const [birthDate, setBirthDate] = useState('');
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);

  async function submit(): Promise<void> {
    if (!isDate(birthDate)) return setProblems([{ field: focus, text: t('claim.needBirthDate') }]);
    try {
      setProblems([]);
      await onDone(birthDate);
    } catch (error) {
      setProblems([{ text: problemText(error, t) }]);
    }
  }
  return (
    <Page title={t('claim.title')} problems={problems}>
      <p>{t('claim.lead', { clinic })}</p>
      <Form onSubmit={submit} label={t('claim.sendCode')}>
        <DateInput
          id="birth-date"
          legend={t('claim.birthDate')}
          showLegend
          birth
          value={birthDate}
          onChange={setBirthDate}
          problem={problems.find(({ field }) => field === focus)?.text}
        />
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

/** Whether a day of the calendar is written there. */
function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
