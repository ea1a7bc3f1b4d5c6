/** Every name a person goes or went by (FHIR HumanName.use). */
import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addName, removeName } from '../api/queries.ts';
import type { Patient } from '../api/types.ts';
import { Part, SmallForm } from './list-part.tsx';
import type { PartProps } from './list-part.tsx';
import { useChange } from './use-change.ts';

const nameUses = ['usual', 'nickname', 'maiden', 'old', 'temp', 'anonymous'] as const;

export function Names({ patient, mayEdit }: PartProps) {
  const { t } = useTranslation();
  const remove = useChange(patient.id, (nameId: string) => removeName(patient.id, nameId));
  return (
    <Part
      title={t('patient.names')}
      empty={t('patient.namesEmpty')}
      items={patient.names}
      mayEdit={mayEdit}
      removable={(name) => name.use !== 'official'}
      remove={remove}
      nameOf={(name) => name.text}
      line={(name) => (
        <>
          {name.text} <span className="hs-quiet">{t(`nameUse.${name.use}`)}</span>
        </>
      )}
      form={(close) => <NameForm patient={patient} close={close} />}
    />
  );
}

function NameForm({ patient, close }: { readonly patient: Patient; readonly close: () => void }) {
  const { t } = useTranslation();
  const [use, setUse] = useState<(typeof nameUses)[number]>('usual');
  const [given, setGiven] = useState('');
  const [family, setFamily] = useState('');
  const add = useChange(
    patient.id,
    () =>
      addName(patient.id, {
        use,
        given: given.trim().split(/\s+/).filter(Boolean),
        family: family.trim() === '' ? null : family.trim(),
      }),
    close,
  );
  return (
    <SmallForm
      busy={add.isPending}
      error={add.error}
      verb={t('common.add')}
      disabled={given.trim() + family.trim() === ''}
      onSubmit={() => add.mutate(undefined)}
      onCancel={close}
    >
      <NativeSelect
        label={t('patient.use')}
        value={use}
        onChange={(event) => setUse(nameUses.find((one) => one === event.currentTarget.value) ?? 'usual')}
        data={nameUses.map((value) => ({ value, label: t(`nameUse.${value}`) }))}
      />
      <TextInput label={t('patient.given')} value={given} onChange={(event) => setGiven(event.currentTarget.value)} />
      <TextInput
        label={t('patient.family')}
        value={family}
        onChange={(event) => setFamily(event.currentTarget.value)}
      />
    </SmallForm>
  );
}
