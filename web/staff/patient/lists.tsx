/** What hangs on a chart: other names, identifiers, people to call, and whether the patient may be reached how. */
import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  NativeSelect,
  Stack,
  Switch,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import {
  addContact,
  addIdentifier,
  addName,
  recordConsent,
  removeContact,
  removeIdentifier,
  removeName,
} from '../api/queries.ts';
import type { Patient } from '../api/types.ts';
import { FormActions } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { useChange } from './use-change.ts';

interface PartProps {
  readonly patient: Patient;
  readonly mayEdit: boolean;
}

function Part<T extends { readonly id: string }>(props: {
  readonly title: string;
  readonly empty: string;
  readonly items: readonly T[];
  readonly line: (item: T) => ReactNode;
  readonly nameOf: (item: T) => string;
  readonly mayEdit: boolean;
  readonly removable?: (item: T) => boolean;
  readonly remove: ReturnType<typeof useChange<string>>;
  readonly form: (close: () => void) => ReactNode;
}) {
  const { t } = useTranslation();
  const [adding, setAdding] = useState(false);
  return (
    <section className="hs-card" aria-label={props.title}>
      <Group justify="space-between" mb={4}>
        <Title order={2}>{props.title}</Title>
        {props.mayEdit && !adding && (
          <Button
            variant="default"
            aria-label={t('patient.addTo', { part: props.title })}
            onClick={() => setAdding(true)}
          >
            {t('common.add')}
          </Button>
        )}
      </Group>
      {props.items.length === 0 && !adding && (
        <Text size="sm" c="dimmed">
          {props.empty}
        </Text>
      )}
      <ProblemAlert error={props.remove.error} />
      <ul className="hs-plain-list">
        {props.items.map((item) => (
          <li key={item.id}>
            <Group gap="xs" justify="space-between" wrap="nowrap">
              <Text size="sm">{props.line(item)}</Text>
              {props.mayEdit && props.removable?.(item) !== false && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={t('patient.remove', { what: props.nameOf(item) })}
                  disabled={props.remove.isPending}
                  onClick={() => props.remove.mutate(item.id)}
                >
                  <IconTrash size={16} aria-hidden />
                </ActionIcon>
              )}
            </Group>
          </li>
        ))}
      </ul>
      {adding && props.form(() => setAdding(false))}
    </section>
  );
}

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

export function Contacts({ patient, mayEdit }: PartProps) {
  const { t } = useTranslation();
  const remove = useChange(patient.id, (contactId: string) => removeContact(patient.id, contactId));
  return (
    <Part
      title={t('patient.contacts')}
      empty={t('patient.contactsEmpty')}
      items={patient.contacts}
      mayEdit={mayEdit}
      remove={remove}
      nameOf={(one) => one.name}
      line={(one) => (
        <>
          {one.name}{' '}
          <span className="hs-quiet">
            {[one.relationship, one.phone, one.email, one.emergency ? t('patient.emergency') : undefined]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </>
      )}
      form={(close) => <ContactForm patient={patient} close={close} />}
    />
  );
}

function ContactForm({ patient, close }: { readonly patient: Patient; readonly close: () => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState({ relationship: '', name: '', phone: '', email: '', emergency: false });
  const set = (next: Partial<typeof typed>): void => setTyped({ ...typed, ...next });
  const add = useChange(
    patient.id,
    () =>
      addContact(patient.id, {
        relationship: typed.relationship.trim(),
        name: typed.name.trim(),
        emergency: typed.emergency,
        phone: typed.phone.trim() === '' ? undefined : typed.phone.trim(),
        email: typed.email.trim() === '' ? undefined : typed.email.trim(),
      }),
    close,
  );
  return (
    <SmallForm
      busy={add.isPending}
      error={add.error}
      verb={t('common.add')}
      disabled={typed.relationship.trim() === '' || typed.name.trim() === ''}
      onSubmit={() => add.mutate(undefined)}
      onCancel={close}
    >
      <TextInput
        label={t('patient.relationship')}
        value={typed.relationship}
        onChange={(event) => set({ relationship: event.currentTarget.value })}
      />
      <TextInput
        label={t('patient.name')}
        value={typed.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TextInput
        type="tel"
        label={t('patient.phone')}
        value={typed.phone}
        onChange={(event) => set({ phone: event.currentTarget.value })}
      />
      <TextInput
        type="email"
        label={t('patient.email')}
        value={typed.email}
        onChange={(event) => set({ email: event.currentTarget.value })}
      />
      <Checkbox
        label={t('patient.emergency')}
        checked={typed.emergency}
        onChange={(event) => set({ emergency: event.currentTarget.checked })}
      />
    </SmallForm>
  );
}

function SmallForm(props: {
  readonly busy: boolean;
  readonly error: unknown;
  readonly verb: string;
  readonly disabled: boolean;
  readonly onSubmit: () => void;
  readonly onCancel: () => void;
  readonly children: ReactNode;
}) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!props.disabled) props.onSubmit();
      }}
    >
      <Stack gap="xs" mt="xs">
        <ProblemAlert error={props.error} />
        <div className="hs-fields">{props.children}</div>
        <FormActions verb={props.verb} busy={props.busy} disabled={props.disabled} cancel={props.onCancel} />
      </Stack>
    </form>
  );
}

/** What staff record; account messages are not a matter of consent. */
const channels = ['email', 'sms', 'phone', 'post'] as const;
const categories = ['appointment', 'marketing'] as const;

export function Consents({ patient, mayEdit }: PartProps) {
  const { t } = useTranslation();
  const record = useChange(
    patient.id,
    (body: { channel: (typeof channels)[number]; category: (typeof categories)[number]; permitted: boolean }) =>
      recordConsent(patient.id, body),
  );
  return (
    <section className="hs-card" aria-label={t('patient.consents')}>
      <Title order={2}>{t('patient.consents')}</Title>
      <Text size="sm" c="dimmed" mb="xs">
        {t('patient.consentsHint')}
      </Text>
      <ProblemAlert error={record.error} />
      <div className="hs-scroll">
        <table className="hs-table hs-consents">
          <thead>
            <tr>
              <th scope="col">{t('patient.channel')}</th>
              {categories.map((category) => (
                <th key={category} scope="col">
                  {t(`consent.${category}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {channels.map((channel) => (
              <tr key={channel}>
                <th scope="row">{t(`channel.${channel}`)}</th>
                {categories.map((category) => {
                  const said = patient.consents.find((one) => one.channel === channel && one.category === category);
                  return (
                    <td key={category}>
                      <Switch
                        size="sm"
                        aria-label={t('patient.consentLabel', {
                          channel: t(`channel.${channel}`),
                          category: t(`consent.${category}`),
                        })}
                        label={
                          said === undefined
                            ? t('patient.notAsked')
                            : said.permitted
                              ? t('patient.permitted')
                              : t('patient.refused')
                        }
                        checked={said?.permitted === true}
                        disabled={!mayEdit || record.isPending}
                        onChange={(event) =>
                          record.mutate({ channel, category, permitted: event.currentTarget.checked })
                        }
                      />
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
