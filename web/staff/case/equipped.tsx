/** The interpreter and the equipment of a visit, as lines of its facts. */
import { useTranslation } from 'react-i18next';
import type { Appointment } from '../api/types.ts';
import { languageName } from '../parts/new-patient-form.tsx';
import { Badge } from '../parts/states.tsx';
import { besidesRoom } from '../today/besides.ts';

export function Equipped({ visit }: { readonly visit: Appointment }) {
  const { t, i18n } = useTranslation();
  const named = (kind: string): string[] => visit.resources.filter((one) => one.kind === kind).map((one) => one.name);
  const interpreters = named('interpreter');
  const equipment = named('equipment');
  const language = visit.interpreterLanguage;
  return (
    <>
      {(language != null || interpreters.length > 0) && (
        <>
          <dt>{t('resource.interpreter')}</dt>
          <dd>
            {[language == null ? undefined : languageName(language, i18n.language), ...interpreters]
              .filter(Boolean)
              .join(' · ')}{' '}
            {besidesRoom(visit).lacksInterpreter && <Badge tone="warn">{t('interpreter.toFind')}</Badge>}
          </dd>
        </>
      )}
      {equipment.length > 0 && (
        <>
          <dt>{t('resource.equipment')}</dt>
          <dd>{equipment.join(' · ')}</dd>
        </>
      )}
    </>
  );
}
