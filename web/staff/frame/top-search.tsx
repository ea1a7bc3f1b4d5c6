import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useWorkplace } from '../lib/session.ts';
import { PatientPicker } from '../parts/patient-picker.tsx';

/** The search of the top bar; `/` puts the cursor here from anywhere. */
export function TopSearch() {
  const { t } = useTranslation();
  const { can } = useWorkplace();
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current !== null) input.current.id = 'hs-search';
  });
  return (
    <PatientPicker
      label={t('frame.search')}
      hideLabel
      hint={t('frame.searchHint')}
      inputRef={input}
      onPick={(patient) => void navigate({ to: '/patients/$id', params: { id: patient.id } })}
      onNew={can('patient:create') ? () => void navigate({ to: '/patients/new' }) : undefined}
    />
  );
}
