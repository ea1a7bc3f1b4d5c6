/** Files or corrects a coverage: what the card says, field by field. */
import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { coveragePositions, coverageRelations, plainMemberId } from '../../../domain/coverage/coverage.ts';
import type { CoveragePosition, CoverageRelation } from '../../../domain/coverage/coverage.ts';
import { fileCoverage } from '../api/coverages.ts';
import type { Coverage } from '../api/coverages.ts';
import { SmallForm } from './list-part.tsx';
import { useCoverageChange } from './use-coverage-change.ts';

const blank = (text: string): string | null => (text.trim() === '' ? null : text.trim());

export function CoverageForm(props: {
  readonly patientId: string;
  /** What is corrected; undefined for a new one. */
  readonly before?: Coverage | undefined;
  readonly close: () => void;
}) {
  const { t } = useTranslation();
  const { patientId, before, close } = props;
  const [typed, setTyped] = useState({
    position: (before?.position ?? 'primary') as CoveragePosition,
    payerName: before?.payerName ?? '',
    memberId: before?.memberId ?? '',
    groupNumber: before?.groupNumber ?? '',
    relation: (before?.relation ?? 'self') as CoverageRelation,
    subscriberName: before?.subscriberName ?? '',
    subscriberBirthDate: before?.subscriberBirthDate ?? '',
  });
  const set = (change: Partial<typeof typed>): void => setTyped((now) => ({ ...now, ...change }));
  const ofOther = typed.relation !== 'self';
  const file = useCoverageChange(
    patientId,
    () =>
      fileCoverage(patientId, {
        position: typed.position,
        payerName: typed.payerName.trim(),
        memberId: typed.memberId.trim(),
        groupNumber: blank(typed.groupNumber),
        relation: typed.relation,
        subscriberName: ofOther ? blank(typed.subscriberName) : null,
        subscriberBirthDate: ofOther ? blank(typed.subscriberBirthDate) : null,
        frontDocumentId: before?.frontDocumentId ?? null,
        backDocumentId: before?.backDocumentId ?? null,
      }),
    close,
  );
  const incomplete =
    typed.payerName.trim() === '' ||
    plainMemberId(typed.memberId).length < 2 ||
    (ofOther && typed.subscriberName.trim() === '');
  return (
    <SmallForm
      busy={file.isPending}
      error={file.error}
      verb={t('common.save')}
      disabled={incomplete}
      onSubmit={() => file.mutate(undefined)}
      onCancel={close}
    >
      <NativeSelect
        label={t('coverage.position')}
        data={coveragePositions.map((value) => ({ value, label: t(`coverage.position.${value}`) }))}
        value={typed.position}
        disabled={before !== undefined}
        onChange={(event) => set({ position: event.currentTarget.value as CoveragePosition })}
      />
      <TextInput
        label={t('coverage.payer')}
        value={typed.payerName}
        maxLength={150}
        onChange={(event) => set({ payerName: event.currentTarget.value })}
      />
      <TextInput
        label={t('coverage.memberId')}
        value={typed.memberId}
        maxLength={50}
        autoComplete="off"
        onChange={(event) => set({ memberId: event.currentTarget.value })}
      />
      <TextInput
        label={t('coverage.group')}
        value={typed.groupNumber}
        maxLength={50}
        onChange={(event) => set({ groupNumber: event.currentTarget.value })}
      />
      <NativeSelect
        label={t('coverage.relation')}
        data={coverageRelations.map((value) => ({ value, label: t(`coverage.relation.${value}`) }))}
        value={typed.relation}
        onChange={(event) => set({ relation: event.currentTarget.value as CoverageRelation })}
      />
      {ofOther && (
        <>
          <TextInput
            label={t('coverage.subscriber')}
            value={typed.subscriberName}
            maxLength={200}
            onChange={(event) => set({ subscriberName: event.currentTarget.value })}
          />
          <TextInput
            type="date"
            label={t('coverage.subscriberBorn')}
            value={typed.subscriberBirthDate}
            onChange={(event) => set({ subscriberBirthDate: event.currentTarget.value })}
          />
        </>
      )}
    </SmallForm>
  );
}
