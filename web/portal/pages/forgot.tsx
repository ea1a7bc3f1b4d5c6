import { useState } from 'react';
import type { ReactNode } from 'react';
import { api } from '../../shared/api-client.ts';
import { Field, Form, Page } from '../parts.tsx';
import type { FieldProblem } from '../parts.tsx';
import { problemText } from '../problems.ts';
import { Link } from '../router.tsx';
import { useSpeech } from '../words.tsx';

export function Forgot(): ReactNode {
  const { t } = useSpeech();
  const [email, setEmail] = useState('');
  const [sent, setSent] = useState(false);
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);

  async function submit(): Promise<void> {
    if (!email.includes('@')) return setProblems([{ field: 'email', text: t('signIn.needEmail') }]);
    try {
      await api('POST /password-resets', { body: { email: email.trim() } });
      setProblems([]);
      setSent(true);
    } catch (error) {
      setProblems([{ text: problemText(error, t) }]);
    }
  }

  return (
    <Page title={t('forgot.title')} problems={problems}>
      {sent ? (
        <p className="done" role="status">
          {t('forgot.done')}
        </p>
      ) : (
        <Form onSubmit={submit} label={t('forgot.submit')}>
          <Field
            id="email"
            type="email"
            autoComplete="username"
            label={t('signIn.email')}
            hint={t('forgot.hint')}
            value={email}
            onChange={setEmail}
            problems={problems}
          />
        </Form>
      )}
      <p>
        <Link to="/">{t('signIn.title')}</Link>
      </p>
    </Page>
  );
}
