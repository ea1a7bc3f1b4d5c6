/** Demographics: read, edit with the version that was read, and both versions side by side when somebody was faster. */
import { Alert, Button, Checkbox, Group, NativeSelect, Stack, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../shared/api-client.ts';
import { payerClasses } from '../../../domain/appointment/charge.ts';
import { changePatient, readPatient } from '../api/queries.ts';
import type { PatientChange } from '../api/queries.ts';
import type { Patient } from '../api/types.ts';
import { plainDay } from '../lib/time.ts';
import { showFieldErrors } from '../parts/form-errors.ts';
import { FormActions } from '../parts/page.tsx';
import { languageName, patientLanguages, sexes } from '../parts/new-patient-form.tsx';
import { ProblemAlert } from '../parts/problem.tsx';

interface Typed {
  given: string;
  family: string;
  chosenName: string;
  birthDate: string;
  sex: string;
  language: string;
  phone: string;
  email: string;
  line: string;
  city: string;
  state: string;
  postalCode: string;
  payerClass: string;
  interpreterNeeded: boolean;
  deceased: boolean;
}
const fields = [
  'given',
  'family',
  'chosenName',
  'birthDate',
  'sex',
  'language',
  'phone',
  'email',
  'line',
  'city',
  'state',
  'postalCode',
  'payerClass',
  'interpreterNeeded',
  'deceased',
] as const;

const word = (value: unknown): string => (typeof value === 'string' ? value : '');
function typedOf(patient: Patient): Typed {
  const { address } = patient;
  const lines = Array.isArray(address['line']) ? (address['line'] as unknown[]).map(word) : [word(address['line'])];
  return {
    given: patient.name.given.join(' '),
    family: patient.name.family ?? '',
    chosenName: patient.chosenName ?? '',
    birthDate: patient.birthDate ?? '',
    sex: patient.sex,
    language: patient.language,
    phone: patient.phone ?? '',
    email: patient.email ?? '',
    line: lines.filter(Boolean).join(', '),
    city: word(address['city']),
    state: word(address['state']),
    postalCode: word(address['postalCode']),
    payerClass: patient.payerClass ?? '',
    interpreterNeeded: patient.interpreterNeeded,
    deceased: patient.deceased,
  };
}

/** Only what differs from the version that was read is sent: nobody overwrites what they did not touch. */
function changeOf(typed: Typed, before: Typed, address: Patient['address']): PatientChange {
  const changed = (...names: (keyof Typed)[]): boolean => names.some((name) => typed[name] !== before[name]);
  const orNull = (value: string): string | null => (value.trim() === '' ? null : value.trim());
  const orNothing = (value: string): string | undefined => orNull(value) ?? undefined;
  return {
    ...(changed('given', 'family') && {
      name: { given: typed.given.trim().split(/\s+/).filter(Boolean), family: orNull(typed.family) },
    }),
    ...(changed('chosenName') && { chosenName: orNull(typed.chosenName) }),
    ...(changed('birthDate') && { birthDate: orNull(typed.birthDate) }),
    ...(changed('sex') && { sex: sexes.find((one) => one === typed.sex) }),
    ...(changed('language') && { language: typed.language }),
    ...(changed('phone') && { phone: orNull(typed.phone) }),
    ...(changed('email') && { email: orNull(typed.email) }),
    ...(changed('line', 'city', 'state', 'postalCode') && {
      address: {
        ...(typed.line.trim() === '' ? {} : { line: [typed.line.trim()] }),
        city: orNothing(typed.city),
        state: orNothing(typed.state),
        postalCode: orNothing(typed.postalCode),
        country: orNothing(word(address['country'])),
      },
    }),
    ...(changed('payerClass') && { payerClass: payerClasses.find((one) => one === typed.payerClass) ?? null }),
    ...(changed('interpreterNeeded') && { interpreterNeeded: typed.interpreterNeeded }),
    ...(changed('deceased') && { deceased: typed.deceased }),
  };
}

export function Demographics(props: { readonly patient: Patient; readonly etag: string; readonly mayEdit: boolean }) {
  const { t, i18n } = useTranslation();
  const [editing, setEditing] = useState(false);
  const { patient } = props;
  const shown = typedOf(patient);
  return (
    <section className="hs-card" aria-label={t('patient.demographics')}>
      <Group justify="space-between" mb="xs">
        <Title order={2}>{t('patient.demographics')}</Title>
        {props.mayEdit && !editing && (
          <Button variant="default" onClick={() => setEditing(true)}>
            {t('common.edit')}
          </Button>
        )}
      </Group>
      {editing ? (
        <EditForm patient={patient} etag={props.etag} onDone={() => setEditing(false)} />
      ) : (
        <dl className="hs-facts">
          <dt>{t('patient.birthDate')}</dt>
          <dd className="hs-num">
            {patient.birthDate === null ? t('patient.birthDateUnknown') : bornText(patient.birthDate, i18n.language)}
          </dd>
          <dt>{t('patient.sex')}</dt>
          <dd>{t(`sex.${patient.sex}`)}</dd>
          <dt>{t('patient.language')}</dt>
          <dd>
            {languageName(patient.language, i18n.language)}
            {patient.interpreterNeeded ? ` · ${t('patient.interpreterNeeded')}` : ''}
          </dd>
          <dt>{t('patient.phone')}</dt>
          <dd className="hs-num">{patient.phone ?? t('common.none')}</dd>
          <dt>{t('patient.email')}</dt>
          <dd>{patient.email ?? t('common.none')}</dd>
          <dt>{t('patient.payerClass')}</dt>
          <dd>{t(`payerClass.${patient.payerClass ?? 'unknown'}`)}</dd>
          <dt>{t('patient.address')}</dt>
          <dd>
            {[shown.line, shown.city, shown.state, shown.postalCode].filter(Boolean).join(', ') || t('common.none')}
          </dd>
        </dl>
      )}
    </section>
  );
}

/** FHIR dates may be a year or a month only. */
const bornText = (birthDate: string, language: string): string =>
  birthDate.length === 10 ? plainDay(birthDate, language) : birthDate;

function EditForm(props: { readonly patient: Patient; readonly etag: string; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  // The version that this form was opened with; live news must not move it while somebody types.
  const [base, setBase] = useState({ typed: typedOf(props.patient), etag: props.etag, address: props.patient.address });
  const [theirs, setTheirs] = useState<Typed | null>(null);
  const form = useForm<Typed>({ defaultValues: base.typed });
  const save = useMutation({
    mutationFn: (typed: Typed) => changePatient(props.patient.id, changeOf(typed, base.typed, base.address), base.etag),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['patient', props.patient.id] });
      props.onDone();
    },
    onError: async (error) => {
      showFieldErrors(error, fields, form.setError);
      if (!(error instanceof ProblemError) || error.code !== 'version-conflict') return;
      const now = await readPatient(props.patient.id);
      setTheirs(typedOf(now.answer));
      setBase({ typed: typedOf(now.answer), etag: now.etag ?? '', address: now.answer.address });
    },
  });
  const { errors } = form.formState;
  const mine = { ...base.typed, ...useWatch({ control: form.control }) };
  const label = (name: (typeof fields)[number]): string => t(`patient.${name}`);
  const text = (
    name: Exclude<(typeof fields)[number], 'interpreterNeeded' | 'deceased' | 'sex' | 'language' | 'payerClass'>,
    type = 'text',
  ) => <TextInput key={name} type={type} label={label(name)} error={errors[name]?.message} {...form.register(name)} />;
  const languages = patientLanguages.some((code) => code === base.typed.language)
    ? patientLanguages
    : [base.typed.language, ...patientLanguages];
  const differing = theirs === null ? [] : fields.filter((name) => theirs[name] !== mine[name]);
  return (
    <form onSubmit={(event) => void form.handleSubmit((typed) => save.mutate(typed))(event)} noValidate>
      <Stack gap="sm">
        {theirs === null ? (
          <ProblemAlert error={save.error} />
        ) : (
          <Alert className="hs-alert" data-tone="warn" role="alert" title={t('problem.version-conflict')}>
            <p>{t('patient.conflict')}</p>
            <div className="hs-scroll">
              <table className="hs-table">
                <thead>
                  <tr>
                    <th scope="col">{t('patient.field')}</th>
                    <th scope="col">{t('patient.theirs')}</th>
                    <th scope="col">{t('patient.mine')}</th>
                    <th scope="col">{t('patient.choose')}</th>
                  </tr>
                </thead>
                <tbody>
                  {differing.map((name) => (
                    <tr key={name}>
                      <th scope="row">{label(name)}</th>
                      <td>{String(theirs[name])}</td>
                      <td>{String(mine[name])}</td>
                      <td>
                        <Button variant="default" onClick={() => form.setValue(name, theirs[name])}>
                          {t('patient.takeTheirs')}
                        </Button>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            {differing.length === 0 && <p>{t('patient.noDifference')}</p>}
          </Alert>
        )}
        <div className="hs-fields">
          {text('given')}
          {text('family')}
          {text('chosenName')}
          {text('birthDate', base.typed.birthDate === '' || base.typed.birthDate.length === 10 ? 'date' : 'text')}
          <NativeSelect
            label={label('sex')}
            data={sexes.map((value) => ({ value, label: t(`sex.${value}`) }))}
            {...form.register('sex')}
          />
          <LanguageSelect label={label('language')} codes={languages} field={form.register('language')} />
          {text('phone', 'tel')}
          {text('email', 'email')}
          {text('line')}
          {text('city')}
          {text('state')}
          {text('postalCode')}
          <NativeSelect
            label={label('payerClass')}
            description={t('patient.payerClassHint')}
            data={[
              { value: '', label: t('payerClass.unknown') },
              ...payerClasses.map((value) => ({ value, label: t(`payerClass.${value}`) })),
            ]}
            {...form.register('payerClass')}
          />
        </div>
        <Checkbox label={label('interpreterNeeded')} {...form.register('interpreterNeeded')} />
        <Checkbox label={label('deceased')} {...form.register('deceased')} />
        <FormActions
          verb={theirs === null ? t('common.save') : t('patient.saveMine')}
          busy={save.isPending}
          cancel={props.onDone}
        />
      </Stack>
    </form>
  );
}

function LanguageSelect(props: { readonly label: string; readonly codes: readonly string[]; readonly field: object }) {
  const { i18n } = useTranslation();
  return (
    <NativeSelect
      label={props.label}
      data={props.codes.map((value) => ({ value, label: languageName(value, i18n.language) }))}
      {...props.field}
    />
  );
}
