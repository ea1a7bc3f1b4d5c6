/** Opening an intake by the link of a message: nothing about the person is shown before they said who they are. */
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { chooseLanguage } from '../../../domain/language.ts';
import { api } from '../../shared/api-client.ts';
import type { Answer } from '../../shared/api-client.ts';
import { Field, Form, Page, useLoaded, Waiting } from '../parts.tsx';
import type { FieldProblem } from '../parts.tsx';
import { isCode, problemText } from '../problems.ts';
import { navigate } from '../router.tsx';
import { fullTime, ownZone } from '../times.ts';
import { hasChosenLanguage, languages, useSpeech } from '../words.tsx';
import type { Language } from '../words.tsx';
import { dropOtherDrafts } from './kept-drafts.ts';
import { DateInput, dateFocus } from '../date-input.tsx';
import { rememberLink } from './link-memory.ts';

type LinkState = Answer<'GET /intake-links/:token'>;

export function IntakeLink({ token }: { readonly token: string }): ReactNode {
  return (
    <StepUp
      token={token}
      onOpen={(intakeId) => {
        void dropOtherDrafts(intakeId);
        navigate(`/intake/${intakeId}`, {}, { replace: true });
        return Promise.resolve();
      }}
    />
  );
}

/** Also where a session has ended: then the page behind it comes back by itself. */
export function StepUp(props: {
  readonly token: string;
  readonly onOpen: (intakeId: string) => Promise<void>;
}): ReactNode {
  const { token } = props;
  const { t, language, setLanguage } = useSpeech();
  const link = useLoaded(`link:${token}`, () => api('GET /intake-links/:token', { params: { token } }));
  const sentIn = link.kind === 'ready' ? link.value.language : null;
  useEffect(() => {
    if (sentIn === null || hasChosenLanguage()) return;
    const wanted = chooseLanguage<Language>([sentIn, language], languages);
    if (wanted !== language) void setLanguage(wanted);
    // Once: whoever chooses another one afterwards keeps it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [sentIn]);
  if (link.kind !== 'ready') {
    if (link.kind === 'failed' && isCode(link.error, 'not-found', 'token-invalid', 'validation-failed')) {
      return (
        <Page title={t('intake.link.unknown')}>
          <p>{t('intake.link.unknownHelp')}</p>
        </Page>
      );
    }
    return <Waiting title={t('intake.title')} state={link} />;
  }
  return <LinkPage key={link.value.state} {...props} link={link.value} again={link.again} />;
}

interface LinkProps {
  readonly token: string;
  readonly onOpen: (intakeId: string) => Promise<void>;
  readonly link: LinkState;
  readonly again: () => Promise<void>;
}

function LinkPage(props: LinkProps): ReactNode {
  const { t, language } = useSpeech();
  const { state, lockedUntil } = props.link;
  switch (state) {
    case 'ready':
      return <Begin {...props} />;
    case 'step-up':
      return <WhoYouAre {...props} />;
    case 'locked':
      return (
        <Page title={t('intake.link.locked')}>
          <p>
            {lockedUntil === null
              ? t('intake.link.lockedHelp')
              : t('intake.link.lockedUntil', { time: fullTime(lockedUntil, ownZone(), language) })}
          </p>
          <button type="button" className="primary" onClick={() => void props.again()}>
            {t('retry')}
          </button>
          <Reach clinic={props.link.clinic} />
        </Page>
      );
    case 'closed':
      return (
        <Page title={t('intake.link.closed')}>
          <p>{t('intake.link.closedHelp')}</p>
          <Reach clinic={props.link.clinic} />
        </Page>
      );
    default:
      return <Renew {...props} />;
  }
}

/** The first time there is nothing to protect yet: one press, so that a mail scanner opens nothing. */
function Begin({ token, link, onOpen, again }: LinkProps): ReactNode {
  const { t } = useSpeech();
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  async function begin(): Promise<void> {
    try {
      const { intakeId } = await api('POST /intake-links/:token/open', { params: { token }, body: {} });
      rememberLink(intakeId, token);
      await onOpen(intakeId);
    } catch (error) {
      setProblems([{ text: problemText(error, t) }]);
      await again();
    }
  }
  return (
    <Page title={t('intake.title')} problems={problems}>
      <p>{t('intake.link.lead', { clinic: link.clinic.name })}</p>
      <ul className="lines">
        <li>{t('intake.link.saved')}</li>
        <li>{t('intake.link.private')}</li>
        <li>{t('intake.link.skip')}</li>
      </ul>
      <Form onSubmit={begin} label={t('intake.begin')} />
      <Reach clinic={link.clinic} />
    </Page>
  );
}

/** Something the person knows, where the chart has it to compare with; then the code that went to the address on file. */
function WhoYouAre({ token, link, onOpen, again }: LinkProps): ReactNode {
  const { t, language } = useSpeech();
  const focus = dateFocus('birth-date', language);
  const [birthDate, setBirthDate] = useState('');
  const [word, setWord] = useState('');
  const { asks } = link;
  const known =
    asks === 'birth-date'
      ? { birthDate }
      : asks === 'birth-year'
        ? { birthYear: word.trim() }
        : asks === 'postcode'
          ? { postcode: word.trim() }
          : {};
  const [asked, setAsked] = useState(false);
  const [code, setCode] = useState('');
  const [sent, setSent] = useState(false);
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);

  async function sendCode(): Promise<void> {
    if (asks === 'birth-date' && !/^\d{4}-\d{2}-\d{2}$/.test(birthDate)) {
      return setProblems([{ field: focus, text: t('claim.needBirthDate') }]);
    }
    if ((asks === 'birth-year' && !/^\d{4}$/.test(word.trim())) || (asks === 'postcode' && word.trim() === '')) {
      return setProblems([{ field: 'known', text: t('intake.link.needKnown') }]);
    }
    try {
      setProblems([]);
      await api('POST /intake-links/:token/code', { params: { token }, body: known });
      setSent(asked);
      setAsked(true);
    } catch (error) {
      setProblems([{ text: problemText(error, t) }]);
      if (isCode(error, 'token-expired', 'locked' as 'token-expired')) await again();
    }
  }
  async function open(): Promise<void> {
    if (code.trim().length < 4) return setProblems([{ field: 'code', text: t('claim.needCode') }]);
    try {
      const body = { ...known, code: code.trim() };
      const { intakeId } = await api('POST /intake-links/:token/open', { params: { token }, body });
      rememberLink(intakeId, token);
      await onOpen(intakeId);
    } catch (error) {
      if (isCode(error, 'offline', 'unavailable')) return setProblems([{ text: problemText(error, t) }]);
      setProblems([{ field: 'code', text: t('intake.link.wrong') }]);
      // Five wrong ones lock it: the page then says until when.
      await again();
    }
  }

  if (!asked) {
    return (
      <Page title={t('intake.link.who')} problems={problems}>
        <p>
          {t(asks === 'code-alone' ? 'intake.link.whoHelpCode' : 'intake.link.whoHelp', { clinic: link.clinic.name })}
        </p>
        <Form onSubmit={sendCode} label={t('claim.sendCode')}>
          {asks === 'birth-date' ? (
            <DateInput
              id="birth-date"
              legend={t('claim.birthDate')}
              showLegend
              birth
              value={birthDate}
              onChange={setBirthDate}
              problem={problems.find(({ field }) => field === focus)?.text}
            />
          ) : asks === 'code-alone' ? null : (
            <Field
              id="known"
              short
              inputMode={asks === 'birth-year' ? 'numeric' : undefined}
              autoComplete={asks === 'birth-year' ? 'bday-year' : 'postal-code'}
              label={t(asks === 'birth-year' ? 'intake.link.birthYear' : 'intake.link.postcode')}
              value={word}
              onChange={setWord}
              problems={problems}
            />
          )}
        </Form>
        <Reach clinic={link.clinic} />
      </Page>
    );
  }
  return (
    <Page title={t('intake.link.code')} problems={problems}>
      <p>{t(asks === 'code-alone' ? 'intake.link.codeHelpAlone' : 'intake.link.codeHelp')}</p>
      <Form onSubmit={open} label={t('intake.link.open')}>
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
      </Form>
      <p role="status">{sent ? t('intake.link.codeSent') : ''}</p>
      <button type="button" onClick={() => void sendCode()}>
        {t('claim.newCode')}
      </button>
      <button type="button" className="plain" onClick={() => setAsked(false)}>
        {t('back')}
      </button>
      <Reach clinic={link.clinic} />
    </Page>
  );
}

function Renew({ token, link }: LinkProps): ReactNode {
  const { t } = useSpeech();
  const [sent, setSent] = useState(false);
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  async function renew(): Promise<void> {
    try {
      setProblems([]);
      await api('POST /intake-links/:token/renew', { params: { token } });
      setSent(true);
    } catch (error) {
      setProblems([{ text: problemText(error, t) }]);
    }
  }
  const replaced = link.state === 'replaced';
  return (
    <Page title={t(replaced ? 'intake.link.replaced' : 'intake.link.expired')} problems={problems}>
      <p>{t(replaced ? 'intake.link.replacedHelp' : 'intake.link.expiredHelp')}</p>
      {sent ? (
        <p className="done" role="status">
          {t('intake.link.renewed')}
        </p>
      ) : (
        <Form onSubmit={renew} label={t('intake.link.renew')} />
      )}
      <Reach clinic={link.clinic} />
    </Page>
  );
}

/** How to reach a person. */
export function Reach({ clinic }: { readonly clinic: LinkState['clinic'] }): ReactNode {
  const { t } = useSpeech();
  if (clinic.phone === null) return <p className="hint">{t('intake.reachNoPhone', { clinic: clinic.name })}</p>;
  return (
    <p className="hint">
      {t('intake.reach', { clinic: clinic.name })}{' '}
      <a href={`tel:${clinic.phone.replaceAll(/[^\d+]/g, '')}`}>
        <bdi dir="ltr">{clinic.phone}</bdi>
      </a>
    </p>
  );
}
