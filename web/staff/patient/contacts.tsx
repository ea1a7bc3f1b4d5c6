/** Guardians, next of kin, emergency contacts (FHIR Patient.contact). */
import { Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addContact, removeContact } from '../api/queries.ts';
import type { Patient } from '../api/types.ts';
import { Part, SmallForm } from './list-part.tsx';
import type { PartProps } from './list-part.tsx';
import { useChange } from './use-change.ts';

export function Contacts({ patient, mayEdit }: PartProps) {
  const { t } = useTranslation();
  const remove = useChange(patient.id, (contactId: string) => removeContact(patient.id, contactId));
  return (
    <Part
      title={t('patient.contacts')}
      empty={t('patient.contactsEmpty')}
      items={patient.contacts}
      mayEdit={mayEdit}
      remove={remove}
      nameOf={(one) => one.name}
      line={(one) => (
        <>
          {one.name}{' '}
          <span className="hs-quiet">
            {[one.relationship, one.phone, one.email, one.emergency ? t('patient.emergency') : undefined]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </>
      )}
      form={(close) => <ContactForm patient={patient} close={close} />}
    />
  );
}

function ContactForm({ patient, close }: { readonly patient: Patient; readonly close: () => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState({ relationship: '', name: '', phone: '', email: '', emergency: false });
  const set = (next: Partial<typeof typed>): void => setTyped({ ...typed, ...next });
  const add = useChange(
    patient.id,
    () =>
      addContact(patient.id, {
        relationship: typed.relationship.trim(),
        name: typed.name.trim(),
        emergency: typed.emergency,
        phone: typed.phone.trim() === '' ? undefined : typed.phone.trim(),
        email: typed.email.trim() === '' ? undefined : typed.email.trim(),
      }),
    close,
  );
  return (
    <SmallForm
      busy={add.isPending}
      error={add.error}
      verb={t('common.add')}
      disabled={typed.relationship.trim() === '' || typed.name.trim() === ''}
      onSubmit={() => add.mutate(undefined)}
      onCancel={close}
    >
      <TextInput
        label={t('patient.relationship')}
        value={typed.relationship}
        onChange={(event) => set({ relationship: event.currentTarget.value })}
      />
      <TextInput
        label={t('patient.name')}
        value={typed.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TextInput
        type="tel"
        label={t('patient.phone')}
        value={typed.phone}
        onChange={(event) => set({ phone: event.currentTarget.value })}
      />
      <TextInput
        type="email"
        label={t('patient.email')}
        value={typed.email}
        onChange={(event) => set({ email: event.currentTarget.value })}
      />
      <Checkbox
        label={t('patient.emergency')}
        checked={typed.emergency}
        onChange={(event) => set({ emergency: event.currentTarget.checked })}
      />
    </SmallForm>
  );
}
