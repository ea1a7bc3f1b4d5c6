/** Find a patient by name, birth date, MRN or telephone: a combobox, arrows and Enter. */
import { Combobox, Loader, Text, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { patientsQuery } from '../api/queries.ts';
import type { PatientRow } from '../api/types.ts';
import { plainDay } from '../lib/time.ts';
import { nameOf } from './patient-name.ts';

export function PatientPicker(props: {
  readonly label: string;
  readonly hideLabel?: boolean;
  readonly onPick: (patient: PatientRow) => void;
  readonly onNew?: ((typed: string) => void) | undefined;
  readonly inputRef?: Ref<HTMLInputElement>;
  readonly autoFocus?: boolean;
  readonly hint?: string;
}) {
  const { t, i18n } = useTranslation();
  const [typed, setTyped] = useState('');
  const [asked] = useDebouncedValue(typed.trim(), 180);
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const found = useQuery({ ...patientsQuery(asked, 8), placeholderData: keepPreviousData });
  // Answers to an earlier word are not shown: Enter must never choose somebody who was not asked for.
  const settled = asked === typed.trim() && found.data !== undefined && !found.isPlaceholderData;
  const rows = settled && asked.length >= 2 ? found.data.items : [];
  const open = typed.trim().length >= 2;
  useEffect(() => {
    if (settled) combobox.selectFirstOption();
    // The store is new at each drawing; only the answer matters.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [settled, found.data]);
  const submit = (value: string): void => {
    combobox.closeDropdown();
    if (value === 'new') {
      props.onNew?.(typed);
      return;
    }
    const row = rows.find((candidate) => candidate.id === value);
    if (row === undefined) return;
    setTyped('');
    props.onPick(row);
  };
  return (
    <Combobox store={combobox} onOptionSubmit={submit} withinPortal shadow="md">
      <Combobox.Target>
        <TextInput
          {...(props.hideLabel === true ? { 'aria-label': props.label } : { label: props.label })}
          {...(props.inputRef === undefined ? {} : { ref: props.inputRef })}
          type="search"
          autoComplete="off"
          spellCheck={false}
          data-autofocus={props.autoFocus === true ? true : undefined}
          autoFocus={props.autoFocus ?? false}
          placeholder={props.hint ?? t('patients.searchHint')}
          leftSection={found.isFetching && open ? <Loader size={14} /> : <IconSearch size={16} aria-hidden />}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            combobox.openDropdown();
            combobox.resetSelectedOption();
          }}
          onFocus={() => open && combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={!open}>
        <Combobox.Options aria-label={t('patients.found')}>
          {rows.map((row) => (
            <Combobox.Option key={row.id} value={row.id}>
              <Text size="sm" fw={600} component="span" display="block">
                {nameOf(row)}
                {row.deceased ? ` · ${t('patient.deceased')}` : ''}
              </Text>
              <Text size="xs" component="span" className="hs-num hs-option-more">
                {[
                  row.birthDate === null ? t('patient.birthDateUnknown') : plainDay(row.birthDate, i18n.language),
                  row.mrn,
                  row.phone,
                ]
                  .filter((part) => part != null && part !== '')
                  .join(' · ')}
              </Text>
            </Combobox.Option>
          ))}
          {props.onNew !== undefined && settled && (
            <Combobox.Option value="new">{t('patients.registerTyped', { typed: typed.trim() })}</Combobox.Option>
          )}
          {rows.length === 0 && (
            <Combobox.Empty>
              {found.error !== null
                ? t('patients.searchFailed')
                : found.isFetching
                  ? t('common.loading')
                  : t('patients.none')}
            </Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
