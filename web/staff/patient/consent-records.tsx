/** What was signed and taken back, what is missing, and who may act for a minor. */
import { Button, Group, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  addGuardian,
  guardiansQuery,
  revokeGuardian,
  revokeSignedConsent,
  signedConsentQuery,
  signedConsentsQuery,
} from '../api/queries.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf, localDay, plainDay } from '../lib/time.ts';
import { Answered } from '../parts/page.tsx';
import { Badge } from '../parts/states.tsx';
import { SmallForm } from './list-part.tsx';
import { useChange } from './use-change.ts';

interface PartOf {
  readonly patientId: string;
  readonly mayEdit: boolean;
}

export function SignedConsents({ patientId, mayEdit }: PartOf) {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  const query = useQuery(signedConsentsQuery(patientId));
  const [asking, setAsking] = useState<string | null>(null);
  const [open, setOpen] = useState<string | null>(null);
  return (
    <section className="hs-card" aria-label={t('signed.title')}>
      <Title order={2}>{t('signed.title')}</Title>
      <Answered query={query}>
        {({ items, missing }) => (
          <>
            {items.length === 0 && missing.length === 0 && (
              <Text size="sm" c="dimmed">
                {t('signed.none')}
              </Text>
            )}
            <ul className="hs-plain-list">
              {missing.map(({ kind, reason }) => (
                <li key={kind}>
                  <Group gap="xs">
                    <Text size="sm">{t(`consentKind.${kind}`, { defaultValue: kind })}</Text>
                    <Badge tone="warn">{t(`consentGap.${reason}`)}</Badge>
                  </Group>
                </li>
              ))}
              {items.map((one) => (
                <li key={one.id}>
                  <Group gap="xs" justify="space-between">
                    <Text size="sm">
                      {one.title}{' '}
                      <span className="hs-quiet">
                        {t(`consentEvent.${one.event}`, {
                          at: dateTimeOf(one.at, zone, i18n.language),
                          who: one.typedName ?? t('case.someone'),
                        })}{' '}
                        · {t('signed.version', { version: one.version, language: one.locale })}
                        {one.alone !== null &&
                          ` · ${t('signed.alone', { service: one.alone.service[i18n.language] ?? one.alone.service['en'] ?? '' })}`}
                      </span>
                    </Text>
                    <Group gap="xs">
                      <Button
                        variant="subtle"
                        aria-expanded={open === one.id}
                        aria-label={t('signed.showText', { title: one.title })}
                        onClick={() => setOpen(open === one.id ? null : one.id)}
                      >
                        {t('signed.text')}
                      </Button>
                      {mayEdit && one.inForce && asking !== one.id && (
                        <Button
                          variant="default"
                          aria-label={t('signed.takeBackOf', { title: one.title })}
                          onClick={() => setAsking(one.id)}
                        >
                          {t('signed.takeBack')}
                        </Button>
                      )}
                    </Group>
                  </Group>
                  {open === one.id && <SignedText patientId={patientId} consentId={one.id} />}
                  {asking === one.id && (
                    <TakeBack
                      patientId={patientId}
                      run={(reason) => revokeSignedConsent(patientId, one.id, { reason })}
                      close={() => setAsking(null)}
                    />
                  )}
                </li>
              ))}
            </ul>
          </>
        )}
      </Answered>
    </section>
  );
}

function SignedText({ patientId, consentId }: { readonly patientId: string; readonly consentId: string }) {
  const { t } = useTranslation();
  const query = useQuery(signedConsentQuery(patientId, consentId));
  return (
    <Answered query={query}>
      {({ text, sha256, locale }) => (
        <>
          <Text size="sm" lang={locale} dir="auto" style={{ whiteSpace: 'pre-wrap' }}>
            {text}
          </Text>
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {t('signed.hash', { hash: sha256 })}
          </Text>
        </>
      )}
    </Answered>
  );
}

function TakeBack(props: {
  readonly patientId: string;
  readonly run: (reason: string) => Promise<unknown>;
  readonly close: () => void;
}) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const change = useChange(props.patientId, props.run, props.close);
  return (
    <SmallForm
      busy={change.isPending}
      error={change.error}
      verb={t('signed.takeBack')}
      disabled={reason.trim() === ''}
      onSubmit={() => change.mutate(reason.trim())}
      onCancel={props.close}
    >
      <TextInput
        label={t('case.reason')}
        description={t('signed.takeBackHint')}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        data-autofocus
      />
    </SmallForm>
  );
}

/** Nothing is shown for who is of age and never had a guardian. */
export function Guardians({ patientId, mayEdit }: PartOf) {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  const query = useQuery(guardiansQuery(patientId));
  const [adding, setAdding] = useState(false);
  const [asking, setAsking] = useState<string | null>(null);
  if (query.data !== undefined && !query.data.minor && query.data.items.length === 0) return null;
  return (
    <section className="hs-card" aria-label={t('guardians.title')}>
      <Title order={2}>{t('guardians.title')}</Title>
      <Answered query={query}>
        {({ items, minor, comesOfAge }) => (
          <>
            {comesOfAge !== null && (
              <Text size="sm" c="dimmed">
                {t('guardians.until', { day: plainDay(localDay(comesOfAge, zone), i18n.language) })}
              </Text>
            )}
            {items.length === 0 && <Text size="sm">{t('guardians.none')}</Text>}
            <ul className="hs-plain-list">
              {items.map((one) => (
                <li key={one.id}>
                  <Group gap="xs" justify="space-between">
                    <Text size="sm">
                      {one.name}{' '}
                      <span className="hs-quiet">
                        {[one.relationship, one.authority, one.evidence, one.phone, one.email]
                          .filter(Boolean)
                          .join(' · ')}
                      </span>
                    </Text>
                    {!one.inAuthority && <Badge tone="neutral">{t('guardians.ended')}</Badge>}
                    {mayEdit && one.inAuthority && asking !== one.id && (
                      <Button
                        variant="default"
                        aria-label={t('guardians.endOf', { name: one.name })}
                        onClick={() => setAsking(one.id)}
                      >
                        {t('guardians.end')}
                      </Button>
                    )}
                  </Group>
                  {asking === one.id && (
                    <TakeBack
                      patientId={patientId}
                      run={(reason) => revokeGuardian(patientId, one.id, { reason })}
                      close={() => setAsking(null)}
                    />
                  )}
                </li>
              ))}
            </ul>
            {mayEdit && minor && !adding && (
              <Button variant="default" onClick={() => setAdding(true)}>
                {t('guardians.add')}
              </Button>
            )}
            {adding && <GuardianForm patientId={patientId} close={() => setAdding(false)} />}
          </>
        )}
      </Answered>
    </section>
  );
}

const fields = ['name', 'relationship', 'authority', 'evidence', 'email', 'phone'] as const;

function GuardianForm({ patientId, close }: { readonly patientId: string; readonly close: () => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState({ name: '', relationship: '', authority: '', evidence: '', email: '', phone: '' });
  const given = (value: string): string | undefined => (value.trim() === '' ? undefined : value.trim());
  const add = useChange(
    patientId,
    () =>
      addGuardian(patientId, {
        name: typed.name.trim(),
        relationship: typed.relationship.trim(),
        authority: typed.authority.trim(),
        evidence: given(typed.evidence),
        email: given(typed.email),
        phone: given(typed.phone),
      }),
    close,
  );
  return (
    <SmallForm
      busy={add.isPending}
      error={add.error}
      verb={t('common.add')}
      disabled={[typed.name, typed.relationship, typed.authority].some((value) => value.trim() === '')}
      onSubmit={() => add.mutate(undefined)}
      onCancel={close}
    >
      {fields.map((field) => (
        <TextInput
          key={field}
          type={field === 'email' ? 'email' : field === 'phone' ? 'tel' : 'text'}
          label={t(`guardians.${field}`)}
          value={typed[field]}
          onChange={(event) => setTyped({ ...typed, [field]: event.currentTarget.value })}
        />
      ))}
    </SmallForm>
  );
}
