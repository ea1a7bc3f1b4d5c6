/** What is waited for, how urgently, instead of which visit, and with whom. */
import { Checkbox, Group, NativeSelect, NumberInput, Radio } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { urgencies } from '../../../domain/waitlist/waitlist.ts';
import { patientVisitsQuery, practitionersQuery, visitTypesQuery } from '../api/queries.ts';
import { dateTimeOf } from '../lib/time.ts';
import type { WishDraft } from './wish-draft.ts';

export interface FieldProps {
  readonly draft: WishDraft;
  readonly set: (next: Partial<WishDraft>) => void;
}

export function WhatFields({ patientId, draft, set }: FieldProps & { readonly patientId: string }) {
  const { t, i18n } = useTranslation();
  const types = useQuery(visitTypesQuery(i18n.language));
  const practitioners = useQuery(practitionersQuery());
  const visits = useQuery(patientVisitsQuery(patientId));
  const active = (types.data?.items ?? []).filter((one) => one.active || draft.visitTypeIds.includes(one.id));
  const booked = (visits.data?.items ?? []).filter((visit) => visit.status === 'booked' && visit.start !== null);
  return (
    <>
      <Checkbox.Group
        label={t('wish.types')}
        description={t('wish.typesHint')}
        value={[...draft.visitTypeIds]}
        onChange={(visitTypeIds) => set({ visitTypeIds })}
      >
        <Group gap="sm" mt={4}>
          {active.map((one, index) => (
            <Checkbox key={one.id} value={one.id} label={one.name} data-autofocus={index === 0 ? true : undefined} />
          ))}
        </Group>
      </Checkbox.Group>
      <div className="hs-fields">
        <NativeSelect
          label={t('wish.urgency')}
          value={draft.urgency}
          onChange={(event) =>
            set({ urgency: urgencies.find((one) => one === event.currentTarget.value) ?? 'routine' })
          }
          data={(['routine', 'soon', 'urgent', 'displaced'] as const).map((value) => ({
            value,
            label: t(`wish.urgency.${value}`),
          }))}
        />
        <NativeSelect
          label={t('wish.replaces')}
          value={draft.currentAppointmentId}
          onChange={(event) => set({ currentAppointmentId: event.currentTarget.value })}
          data={[
            { value: '', label: t('wish.replacesNone') },
            ...booked.map((visit) => ({
              value: visit.id,
              label: `${visit.visitType.name}, ${dateTimeOf(visit.start ?? '', visit.timeZone ?? 'UTC', i18n.language)}`,
            })),
          ]}
        />
        {draft.currentAppointmentId !== '' && (
          <NumberInput
            label={t('wish.minGain')}
            min={0}
            max={365}
            allowDecimal={false}
            hideControls
            value={draft.minGainDays}
            onChange={(value) => set({ minGainDays: Number(value) })}
          />
        )}
      </div>
      <Radio.Group
        label={t('wish.who')}
        value={draft.named ? 'named' : 'anyone'}
        onChange={(value) => set({ named: value === 'named' })}
      >
        <Group gap="md" mt={4}>
          <Radio value="anyone" label={t('wish.anyone')} />
          <Radio value="named" label={t('wish.named')} />
        </Group>
      </Radio.Group>
      {draft.named && (
        <Checkbox.Group
          aria-label={t('wish.named')}
          value={[...draft.providerIds]}
          onChange={(providerIds) => set({ providerIds })}
        >
          <Group gap="sm">
            {(practitioners.data?.items ?? []).map((one) => (
              <Checkbox key={one.id} value={one.id} label={one.name} />
            ))}
          </Group>
        </Checkbox.Group>
      )}
    </>
  );
}
