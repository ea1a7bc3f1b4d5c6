import { useState } from 'react';
import type { ReactNode } from 'react';
import { api } from '../../shared/api-client.ts';
import { Field, Form, Page } from '../parts.tsx';
import type { FieldProblem } from '../parts.tsx';
import { isCode, problemText } from '../problems.ts';
import { Link, usePlace } from '../router.tsx';
import { useSession } from '../session.tsx';
import { useSpeech } from '../words.tsx';

/** Shown in the place of the page that was wanted, which then appears by itself. */
export function SignIn({
  ended,
  onDone,
}: {
  readonly ended: boolean;
  readonly onDone?: (() => Promise<void>) | undefined;
}): ReactNode {
  const { t } = useSpeech();
  const { refresh } = useSession();
  const claimed = usePlace().query.get('email');
  const [email, setEmail] = useState(claimed ?? '');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [asksCode, setAsksCode] = useState(false);
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);

  async function submit(): Promise<void> {
    const missing: FieldProblem[] = [];
    if (email.trim() === '') missing.push({ field: 'email', text: t('signIn.needEmail') });
    if (password === '') missing.push({ field: 'password', text: t('signIn.needPassword') });
    if (asksCode && code.trim() === '') missing.push({ field: 'code', text: t('signIn.needCode') });
    setProblems(missing);
    if (missing.length > 0) return;
    try {
      await api('POST /sessions', { body: { email: email.trim(), password, ...(asksCode && { code: code.trim() }) } });
      await refresh();
      await onDone?.();
    } catch (error) {
      if (isCode(error, 'second-factor-required')) setAsksCode(true);
      else setProblems([{ field: isCode(error, 'sign-in-failed') ? 'email' : undefined, text: problemText(error, t) }]);
    }
  }

  return (
    <Page title={t('signIn.title')} problems={problems}>
      {ended && <p className="note">{t('signIn.ended')}</p>}
      {claimed !== null && !ended && (
        <p className="done" role="status">
          {t('claim.done', { email: claimed })}
        </p>
      )}
      <Form onSubmit={submit} label={t('signIn.submit')}>
        <Field
          id="email"
          type="email"
          autoComplete="username"
          label={t('signIn.email')}
          value={email}
          onChange={setEmail}
          problems={problems}
        />
        <Field
          id="password"
          type="password"
          autoComplete="current-password"
          label={t('signIn.password')}
          value={password}
          onChange={setPassword}
          problems={problems}
        />
        {asksCode && (
          <Field
            id="code"
            autoComplete="one-time-code"
            inputMode="numeric"
            short
            label={t('signIn.code')}
            hint={t('signIn.codeHint')}
            value={code}
            onChange={setCode}
            problems={problems}
          />
        )}
      </Form>
      <p>
        <Link to="/forgot">{t('signIn.forgot')}</Link>
      </p>
      <p className="hint">{t('signIn.noAccount')}</p>
    </Page>
  );
}
