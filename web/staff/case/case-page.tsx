import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { CasePanel } from './case-panel.tsx';
import { usePageTitle } from '../lib/page-title.ts';

const route = getRouteApi('/frame/cases/appointment/$id');

export function CasePage() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const { begin } = route.useSearch();
  usePageTitle(t('case.title'));
  return (
    <div className="hs-page" data-narrow>
      <CasePanel id={id} begin={begin} />
    </div>
  );
}
