/** Numbers that others know the patient by. */
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addIdentifier, removeIdentifier } from '../api/queries.ts';
import type { Patient } from '../api/types.ts';
import { Part, SmallForm } from './list-part.tsx';
import type { PartProps } from './list-part.tsx';
import { useChange } from './use-change.ts';

export function Identifiers({ patient, mayEdit }: PartProps) {
  const { t } = useTranslation();
  const remove = useChange(patient.id, (identifierId: string) => removeIdentifier(patient.id, identifierId));
  return (
    <Part
      title={t('patient.identifiers')}
      empty={t('patient.identifiersEmpty')}
      items={patient.identifiers}
      mayEdit={mayEdit}
      remove={remove}
      nameOf={(one) => one.value}
      line={(one) => (
        <>
          <span className="hs-num">{one.value}</span>{' '}
          <span className="hs-quiet">{[one.type, one.system].filter(Boolean).join(' · ')}</span>
        </>
      )}
      form={(close) => <IdentifierForm patient={patient} close={close} />}
    />
  );
}

function IdentifierForm({ patient, close }: { readonly patient: Patient; readonly close: () => void }) {
  const { t } = useTranslation();
  const [system, setSystem] = useState('');
  const [value, setValue] = useState('');
  const add = useChange(
    patient.id,
    () => addIdentifier(patient.id, { system: system.trim(), value: value.trim() }),
    close,
  );
  return (
    <SmallForm
      busy={add.isPending}
      error={add.error}
      verb={t('common.add')}
      disabled={system.trim() === '' || value.trim() === ''}
      onSubmit={() => add.mutate(undefined)}
      onCancel={close}
    >
      <TextInput
        label={t('patient.system')}
        description={t('patient.systemHint')}
        value={system}
        onChange={(event) => setSystem(event.currentTarget.value)}
      />
      <TextInput label={t('patient.value')} value={value} onChange={(event) => setValue(event.currentTarget.value)} />
    </SmallForm>
  );
}
