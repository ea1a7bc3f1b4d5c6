/** Register a patient in five fields; people who may be the same are shown, never merged. */
import { Alert, Button, Group, List, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { createPatient } from '../api/queries.ts';
import { plainDay } from '../lib/time.ts';
import { showFieldErrors } from './form-errors.ts';
import { FormActions } from './page.tsx';
import { nameOf } from './patient-name.ts';
import { ProblemAlert } from './problem.tsx';
import { LinkAnchor } from './links.tsx';

export const patientLanguages = ['en', 'es', 'zh', 'vi', 'ar', 'fr', 'ko', 'ru', 'pt', 'ht', 'tl', 'so'] as const;
export const sexes = ['female', 'male', 'other', 'unknown'] as const;

interface Typed {
  given: string;
  family: string;
  birthDate: string;
  sex: string;
  language: string;
  phone: string;
  email: string;
}

const fieldOf = {
  name: 'family',
  birthDate: 'birthDate',
  phone: 'phone',
  email: 'email',
  language: 'language',
} as const;

export function languageName(code: string, language: string): string {
  try {
    return new Intl.DisplayNames([language], { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
}

export function NewPatientForm(props: { readonly onDone: (id: string) => void; readonly onCancel?: () => void }) {
  const { t, i18n } = useTranslation();
  // One key per filled form: pressing twice registers once.
  const key = useRef(crypto.randomUUID());
  const form = useForm<Typed>({
    defaultValues: {
      given: '',
      family: '',
      birthDate: '',
      sex: 'unknown',
      language: i18n.language,
      phone: '',
      email: '',
    },
  });
  const send = useMutation({
    mutationFn: (typed: Typed) =>
      createPatient(
        {
          name: {
            given: typed.given.trim().split(/\s+/).filter(Boolean),
            family: typed.family.trim() === '' ? null : typed.family.trim(),
          },
          birthDate: typed.birthDate === '' ? null : typed.birthDate,
          sex: sexes.find((one) => one === typed.sex),
          language: typed.language,
          ...(typed.phone.trim() === '' ? {} : { phone: typed.phone.trim() }),
          ...(typed.email.trim() === '' ? {} : { email: typed.email.trim() }),
        },
        key.current,
      ),
    onSuccess: (made) => {
      if (made.possibleDuplicates.length === 0) props.onDone(made.id);
    },
    onError: (error) => {
      key.current = crypto.randomUUID();
      showFieldErrors(error, Object.values(fieldOf), form.setError);
    },
  });
  const made = send.data;
  if (made !== undefined) {
    return (
      <Stack gap="sm">
        <Alert className="hs-alert" data-tone="warn" title={t('newPatient.duplicates')} role="status">
          <List size="sm">
            {made.possibleDuplicates.map((other) => (
              <List.Item key={other.id}>
                <LinkAnchor to="/patients/$id" params={{ id: other.id }} target="_blank">
                  {nameOf(other)}
                </LinkAnchor>{' '}
                <span className="hs-num">
                  {other.birthDate === null ? '' : plainDay(other.birthDate, i18n.language)} · {other.mrn}
                </span>
              </List.Item>
            ))}
          </List>
          {t('newPatient.duplicatesHint')}
        </Alert>
        <Group gap="xs">
          <Button autoFocus onClick={() => props.onDone(made.id)}>
            {t('newPatient.continue')}
          </Button>
          {made.possibleDuplicates.slice(0, 3).map((other) => (
            <Button key={other.id} variant="default" onClick={() => props.onDone(other.id)}>
              {t('newPatient.useOther', { name: nameOf(other), mrn: other.mrn })}
            </Button>
          ))}
        </Group>
      </Stack>
    );
  }
  const { errors } = form.formState;
  return (
    <form onSubmit={(event) => void form.handleSubmit((typed) => send.mutate(typed))(event)} noValidate>
      <Stack gap="sm">
        <ProblemAlert error={send.error} />
        <div className="hs-fields">
          <TextInput
            label={t('patient.given')}
            autoFocus
            data-autofocus
            error={errors.given?.message}
            {...form.register('given', { required: t('form.required') })}
          />
          <TextInput label={t('patient.family')} error={errors.family?.message} {...form.register('family')} />
          <TextInput
            type="date"
            label={t('patient.birthDate')}
            error={errors.birthDate?.message}
            {...form.register('birthDate')}
          />
          <NativeSelect
            label={t('patient.sex')}
            data={sexes.map((value) => ({ value, label: t(`sex.${value}`) }))}
            {...form.register('sex')}
          />
          <NativeSelect
            label={t('patient.language')}
            data={patientLanguages.map((value) => ({ value, label: languageName(value, i18n.language) }))}
            {...form.register('language')}
          />
          <TextInput type="tel" label={t('patient.phone')} error={errors.phone?.message} {...form.register('phone')} />
          <TextInput
            type="email"
            label={t('patient.email')}
            error={errors.email?.message}
            {...form.register('email')}
          />
        </div>
        <FormActions
          verb={t('newPatient.register')}
          busy={send.isPending}
          {...(props.onCancel === undefined ? {} : { cancel: props.onCancel })}
        />
      </Stack>
    </form>
  );
}
