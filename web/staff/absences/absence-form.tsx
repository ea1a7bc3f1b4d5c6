/** The questions of the wizard, as native fields. */
import { Checkbox, Group, NativeSelect, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../shared/api-client.ts';
import { practitionersQuery, resourcesQuery } from '../api/queries.ts';
import { reasonsOf } from '../case/forms.ts';
import { useWorkplace } from '../lib/session.ts';
import { FormActions } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { endsBeforeItBegins, isComplete } from './draft.ts';
import type { Draft } from './draft.ts';

interface Props {
  readonly draft: Draft;
  readonly zone: string;
  readonly error: unknown;
  readonly busy: boolean;
  readonly onChange: (next: Partial<Draft>) => void;
  readonly onSubmit: () => void;
}

export function AbsenceForm({ draft, zone, error, busy, onChange, onSubmit }: Props) {
  const { t } = useTranslation();
  const { locations } = useWorkplace();
  const practitioners = useQuery(practitionersQuery());
  const resources = useQuery(resourcesQuery);
  const wrongOrder = endsBeforeItBegins(draft);
  const ready = isComplete(draft) && !wrongOrder;
  const asOption = (one: { readonly id: string; readonly name: string }) => ({ value: `r:${one.id}`, label: one.name });
  return (
    <form
      className="hs-card"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) onSubmit();
      }}
    >
      <Stack gap="sm">
        <Text size="sm">{t('absence.hint')}</Text>
        <ProblemAlert error={error} />
        {error instanceof ProblemError && error.code === 'ambiguous-local-time' && (
          <Radio.Group
            label={t('find.twice')}
            value={draft.fold}
            onChange={(value) => onChange({ fold: value === 'later' ? 'later' : 'earlier' })}
          >
            <Group gap="md" mt={4}>
              <Radio value="earlier" label={t('find.earlier')} />
              <Radio value="later" label={t('find.laterFold')} />
            </Group>
          </Radio.Group>
        )}
        <NativeSelect
          label={t('absence.what')}
          value={draft.what}
          onChange={(event) => {
            const what = event.currentTarget.value;
            const isPerson = practitioners.data?.items.some((one) => what === `r:${one.id}`) === true;
            // The usual reason, unless another was chosen.
            const usual = draft.code === 'practitioner-away' || draft.code === 'equipment';
            onChange({ what, ...(usual && { code: isPerson ? 'practitioner-away' : 'equipment' }) });
          }}
          data={[
            { value: '', label: t('find.chooseType') },
            {
              group: t('today.practitioner'),
              items: (practitioners.data?.items ?? []).filter((one) => one.active).map(asOption),
            },
            {
              group: t('absence.rooms'),
              items: (resources.data?.items ?? []).filter((one) => one.active).map(asOption),
            },
            {
              group: t('absence.places'),
              items: locations.map((one) => ({ value: `l:${one.id}`, label: one.name })),
            },
          ]}
        />
        {draft.what.startsWith('l:') && <Text size="sm">{t('absence.placeHint')}</Text>}
        <Checkbox
          label={t('absence.wholeDays')}
          checked={draft.wholeDays}
          onChange={(event) => onChange({ wholeDays: event.currentTarget.checked })}
        />
        <div className="hs-fields">
          <TextInput
            type="date"
            label={t('closures.fromDay')}
            value={draft.fromDay}
            onChange={(event) => {
              const fromDay = event.currentTarget.value;
              onChange({ fromDay, ...(fromDay !== '' && draft.toDay < fromDay && { toDay: fromDay }) });
            }}
          />
          {!draft.wholeDays && (
            <TextInput
              type="time"
              label={t('closures.fromTime')}
              value={draft.fromTime}
              onChange={(event) => onChange({ fromTime: event.currentTarget.value })}
            />
          )}
          <TextInput
            type="date"
            label={t('closures.toDay')}
            value={draft.toDay}
            min={draft.fromDay}
            error={wrongOrder ? t('absence.order') : undefined}
            onChange={(event) => onChange({ toDay: event.currentTarget.value })}
          />
          {!draft.wholeDays && (
            <TextInput
              type="time"
              label={t('closures.toTime')}
              value={draft.toTime}
              onChange={(event) => onChange({ toTime: event.currentTarget.value })}
            />
          )}
          <NativeSelect
            label={t('case.reason')}
            value={draft.code}
            onChange={(event) => onChange({ code: event.currentTarget.value })}
            data={(reasonsOf['cancel-by-clinic'] ?? []).map((value) => ({ value, label: t(`reason.${value}`) }))}
          />
          {draft.code === 'other' && (
            <TextInput
              label={t('case.reasonWords')}
              description={t('case.reasonHint')}
              value={draft.words}
              maxLength={200}
              onChange={(event) => onChange({ words: event.currentTarget.value })}
            />
          )}
        </div>
        <Text size="sm" c="dimmed">
          {t('absence.zone', { zone })}
        </Text>
        <FormActions verb={t('absence.preview')} busy={busy} disabled={!ready} />
      </Stack>
    </form>
  );
}
