import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { NewPatientForm } from '../parts/new-patient-form.tsx';
import { Page } from '../parts/page.tsx';

export function NewPatientPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <Page title={t('patients.new')} narrow>
      <NewPatientForm
        onDone={(id) => void navigate({ to: '/patients/$id', params: { id } })}
        onCancel={() => void navigate({ to: '/patients', search: {} })}
      />
    </Page>
  );
}
