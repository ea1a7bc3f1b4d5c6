/** Invites somebody to an intake: a patient whom the clinic knows, or a person it does not know yet. */
import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { writtenLanguages } from '../../../domain/language.ts';
import { minorConsentRulesQuery } from '../api/consents.ts';
import { startIntake } from '../api/intakes.ts';
import type { IntakeStart } from '../api/intakes.ts';
import { visitTypesQuery } from '../api/queries.ts';
import type { PatientRow } from '../api/types.ts';
import { useNow } from '../lib/use-now.ts';
import { FormActions } from '../parts/page.tsx';
import { nameOf } from '../parts/patient-name.ts';
import { PatientPicker } from '../parts/patient-picker.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { SafeAddress } from './safe-address.tsx';

export function StartForm(props: { readonly onDone: (id: string) => void; readonly onCancel: () => void }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const [patient, setPatient] = useState<PatientRow | null>(null);
  const [unknown, setUnknown] = useState(false);
  const [person, setPerson] = useState({ given: '', family: '', birthDate: '', email: '', phone: '' });
  const [language, setLanguage] = useState('');
  const [visitTypeId, setVisitTypeId] = useState('');
  const [safe, setSafe] = useState({ email: '', phone: '' });
  const types = useQuery(visitTypesQuery(i18n.language));
  const rules = useQuery(minorConsentRulesQuery);
  const now = useNow();
  // Whether the rule fits this patient is judged by the server; an address that it does not need is not kept.
  const alone = (rules.data?.items ?? []).some(
    (rule) =>
      rule.visitTypeId === visitTypeId &&
      rule.guardianAccess === 'none' &&
      Date.parse(rule.validFrom) <= now &&
      (rule.validTo === null || Date.parse(rule.validTo) > now),
  );
  const address = { email: safe.email.trim(), phone: safe.phone.trim() };
  // Of this form: pressing again starts nothing twice, and what was changed since is another request.
  const [key, setKey] = useState(() => crypto.randomUUID());
  const send = useMutation({
    mutationFn: (body: IntakeStart) => startIntake(body, key),
    onSuccess: (intake) => props.onDone(intake.id),
    onError: () => setKey(crypto.randomUUID()),
    onSettled: () => void client.invalidateQueries({ queryKey: ['intakes'] }),
  });
  const change = (field: keyof typeof person) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget;
    setPerson((before) => ({ ...before, [field]: value }));
  };
  const ready = unknown
    ? person.given.trim() !== '' && person.family.trim() !== '' && person.birthDate !== ''
    : patient !== null;
  const body = (): IntakeStart => ({
    ...(language === '' ? {} : { language }),
    ...(visitTypeId === '' ? {} : { visitTypeId }),
    ...(!alone || (address.email === '' && address.phone === '')
      ? {}
      : {
          privateContact: {
            ...(address.email === '' ? {} : { email: address.email }),
            ...(address.phone === '' ? {} : { phone: address.phone }),
          },
        }),
    ...(unknown
      ? {
          person: {
            given: person.given.trim(),
            family: person.family.trim(),
            birthDate: person.birthDate,
            ...(person.email.trim() === '' ? {} : { email: person.email.trim() }),
            ...(person.phone.trim() === '' ? {} : { phone: person.phone.trim() }),
          },
        }
      : { patientId: patient!.id }),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) send.mutate(body());
      }}
    >
      <Stack gap="sm">
        <ProblemAlert error={send.error} />
        {unknown ? (
          <>
            <Text size="sm" className="hs-quiet">
              {t('intakes.provisional')}
            </Text>
            <TextInput label={t('patient.given')} value={person.given} onChange={change('given')} required />
            <TextInput label={t('patient.family')} value={person.family} onChange={change('family')} required />
            <TextInput
              label={t('patient.birthDate')}
              type="date"
              value={person.birthDate}
              onChange={change('birthDate')}
              required
            />
            <TextInput label={t('patient.email')} type="email" value={person.email} onChange={change('email')} />
            <TextInput label={t('patient.phone')} type="tel" value={person.phone} onChange={change('phone')} />
          </>
        ) : patient === null ? (
          <PatientPicker label={t('intakes.patient')} onPick={setPatient} autoFocus />
        ) : (
          <Group gap="xs">
            <Text fw={600}>{nameOf(patient)}</Text>
            <Button variant="subtle" onClick={() => setPatient(null)}>
              {t('intakes.otherPatient')}
            </Button>
          </Group>
        )}
        <div>
          <Button variant="subtle" onClick={() => setUnknown((before) => !before)}>
            {unknown ? t('intakes.knownPatient') : t('intakes.unknownPerson')}
          </Button>
        </div>
        <NativeSelect
          label={t('intakes.service')}
          value={visitTypeId}
          onChange={(event) => setVisitTypeId(event.currentTarget.value)}
          data={[
            { value: '', label: t('intakes.noService') },
            ...(types.data?.items ?? []).map((one) => ({ value: one.id, label: one.name })),
          ]}
        />
        {alone && <SafeAddress value={safe} onChange={setSafe} />}
        <NativeSelect
          label={t('intakes.language')}
          value={language}
          onChange={(event) => setLanguage(event.currentTarget.value)}
          data={[
            { value: '', label: t('intakes.languageOnFile') },
            ...writtenLanguages.map((code) => ({
              value: code,
              label: new Intl.DisplayNames([i18n.language], { type: 'language' }).of(code) ?? code,
            })),
          ]}
        />
        <FormActions verb={t('intakes.invite')} busy={send.isPending} disabled={!ready} cancel={props.onCancel} />
      </Stack>
    </form>
  );
}
