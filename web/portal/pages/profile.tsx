import { useState } from 'react';
import type { ReactNode } from 'react';
import { api, apiWithETag } from '../../shared/api-client.ts';
import { Choices, Facts, Field, Form, Page, useLoaded, Waiting } from '../parts.tsx';
import type { FieldProblem } from '../parts.tsx';
import { problemText } from '../problems.ts';
import { Link, navigate, usePlace } from '../router.tsx';
import { usePatient, useSession } from '../session.tsx';
import { dateWords } from '../times.ts';
import { chooseLanguage } from '../../../domain/language.ts';
import { languages, useSpeech } from '../words.tsx';
import type { Language } from '../words.tsx';

function useChart() {
  const { patientId } = usePatient();
  const { guard } = useSession();
  return useLoaded(`chart:${patientId}`, () => guard(apiWithETag('GET /patients/:id', { params: { id: patientId } })));
}

const channels = ['email', 'sms', 'phone'] as const;
type Channel = (typeof channels)[number];

export function Profile(): ReactNode {
  const { t, language } = useSpeech();
  const { patientId } = usePatient();
  const { guard } = useSession();
  const saved = usePlace().query.get('saved') !== null;
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const [savedConsent, setSavedConsent] = useState<Channel | null>(null);
  // What was pressed shows at once; what the clinic has on record shows again when saving failed.
  const [pressed, setPressed] = useState<Readonly<Partial<Record<Channel, string>>>>({});
  const chart = useChart();
  if (chart.kind !== 'ready') return <Waiting title={t('profile.title')} state={chart} />;
  const { answer: patient } = chart.value;
  const permitted = (channel: Channel) =>
    patient.consents.find((consent) => consent.channel === channel && consent.category === 'appointment')?.permitted ??
    true;

  async function record(channel: Channel, value: string): Promise<void> {
    try {
      setProblems([]);
      setPressed((before) => ({ ...before, [channel]: value }));
      await guard(
        api('POST /patients/:id/consents', {
          params: { id: patientId },
          body: { channel, category: 'appointment', permitted: value === 'yes' },
        }),
      );
      await chart.again();
      setSavedConsent(channel);
    } catch (error) {
      setPressed({});
      setProblems([{ text: problemText(error, t) }]);
    }
  }

  return (
    <Page title={t('profile.title')} problems={problems}>
      {saved && (
        <p className="done" role="status">
          {t('saved')}
        </p>
      )}
      <Facts
        rows={[
          [t('profile.name'), patient.name.text],
          [
            t('profile.birthDate'),
            patient.birthDate === null ? t('profile.none') : dateWords(patient.birthDate, language),
          ],
          [t('profile.mrn'), patient.mrn],
        ]}
      />
      <p className="hint">{t('profile.wrong')}</p>

      <h2>{t('profile.contact')}</h2>
      <Facts
        rows={[
          [t('profile.email'), patient.email ?? t('profile.none')],
          [t('profile.phone'), patient.phone ?? t('profile.none')],
        ]}
      />
      <Link to="/profile/contact" className="button">
        {t('change')}
        <span className="hidden"> {t('profile.contact')}</span>
      </Link>

      <h2>{t('profile.language')}</h2>
      <p>{languageName(patient.language, t)}</p>
      <Link to="/profile/language" className="button">
        {t('change')}
        <span className="hidden"> {t('profile.language')}</span>
      </Link>

      <h2>{t('documents.title')}</h2>
      <p className="hint">{t('documents.hint')}</p>
      <Link to="/documents" className="button">
        {t('documents.open')}
      </Link>

      <h2>{t('profile.consents')}</h2>
      <p className="hint">{t('profile.consentsHint')}</p>
      {channels.map((channel) => (
        <div key={channel}>
          <Choices
            name={`consent-${channel}`}
            legend={t(`profile.channel.${channel}`)}
            showLegend
            columns
            value={pressed[channel] ?? (permitted(channel) ? 'yes' : 'no')}
            onChange={(value) => void record(channel, value)}
            choices={[
              { value: 'yes', label: t('profile.yes') },
              { value: 'no', label: t('profile.no') },
            ]}
          />
          <p role="status" className="hint">
            {savedConsent === channel ? t('saved') : ''}
          </p>
        </div>
      ))}
    </Page>
  );
}

/** The one of our languages that a wish such as es-MX gets; null where it is none of ours. */
const writtenAs = (tag: string): Language | null => {
  const found = chooseLanguage<Language | 'none'>([tag], ['none', ...languages]);
  return found === 'none' ? null : found;
};

function languageName(tag: string, t: ReturnType<typeof useSpeech>['t']): string {
  const written = writtenAs(tag);
  return written === null ? tag : t(`lang.${written}`);
}

export function ProfileContact(): ReactNode {
  const { t } = useSpeech();
  const chart = useChart();
  if (chart.kind !== 'ready') return <Waiting title={t('profile.contact')} state={chart} />;
  const { answer, etag } = chart.value;
  // A conflict loads the chart again: the form then begins from what is there now, under a new version.
  return (
    <ContactForm key={etag} email={answer.email ?? ''} phone={answer.phone ?? ''} etag={etag} again={chart.again} />
  );
}

interface ContactProps {
  readonly email: string;
  readonly phone: string;
  readonly etag: string | undefined;
  readonly again: () => Promise<void>;
}

function ContactForm(props: ContactProps): ReactNode {
  const { t } = useSpeech();
  const { patientId } = usePatient();
  const { guard } = useSession();
  const [email, setEmail] = useState(props.email);
  const [phone, setPhone] = useState(props.phone);
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);

  async function submit(): Promise<void> {
    const wrong: FieldProblem[] = [];
    if (email.trim() !== '' && !/^\S+@\S+\.\S+$/.test(email.trim()))
      wrong.push({ field: 'email', text: t('profile.needEmailForm') });
    if (phone.trim() !== '' && phone.replaceAll(/\D/g, '').length < 6)
      wrong.push({ field: 'phone', text: t('profile.needPhoneForm') });
    setProblems(wrong);
    if (wrong.length > 0) return;
    try {
      const body = { email: email.trim() || null, phone: phone.trim() || null };
      await guard(api('PATCH /patients/:id', { params: { id: patientId }, body, ifMatch: props.etag }));
      navigate('/profile', { saved: 'contact' });
    } catch (error) {
      setProblems([{ text: problemText(error, t) }]);
    }
  }

  return (
    <Page title={t('profile.contact')} problems={problems}>
      <Form onSubmit={submit} label={t('save')}>
        <Field
          id="email"
          type="email"
          autoComplete="email"
          label={t('profile.email')}
          value={email}
          onChange={setEmail}
          problems={problems}
        />
        <Field
          id="phone"
          type="tel"
          inputMode="tel"
          autoComplete="tel"
          label={t('profile.phone')}
          value={phone}
          onChange={setPhone}
          problems={problems}
        />
      </Form>
      <Link to="/profile" className="button">
        {t('back')}
      </Link>
    </Page>
  );
}

export function ProfileLanguage(): ReactNode {
  const { t, language, setLanguage } = useSpeech();
  const { patientId } = usePatient();
  const { guard, refresh } = useSession();
  const [chosen, setChosen] = useState<Language>(language);
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);

  async function submit(): Promise<void> {
    try {
      const params = { id: patientId };
      const chart = await guard(apiWithETag('GET /patients/:id', { params }));
      // A region that was stated, such as es-MX, is kept when the language stays the same.
      if (writtenAs(chart.answer.language) !== chosen) {
        await guard(api('PATCH /patients/:id', { params, body: { language: chosen }, ifMatch: chart.etag }));
      }
      const me = await guard(apiWithETag('GET /me'));
      await guard(api('PATCH /me', { body: { locale: chosen }, ifMatch: me.etag }));
      await setLanguage(chosen);
      await refresh();
      navigate('/profile', { saved: 'language' });
    } catch (error) {
      setProblems([{ text: problemText(error, t) }]);
    }
  }

  return (
    <Page title={t('profile.language')} problems={problems}>
      <Form onSubmit={submit} label={t('save')}>
        <Choices
          name="language"
          legend={t('profile.language')}
          hint={t('profile.languageHint')}
          value={chosen}
          onChange={(value) => setChosen(value as Language)}
          choices={languages.map((value) => ({ value, label: t(`lang.${value}`) }))}
        />
      </Form>
      <Link to="/profile" className="button">
        {t('back')}
      </Link>
    </Page>
  );
}
