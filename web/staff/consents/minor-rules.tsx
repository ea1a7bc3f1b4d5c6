/** From which age, where and for which service a minor may sign alone. Rules are ended, never changed: signatures name them. */
import { Button, Group, NativeSelect, NumberInput, Stack, Text, TextInput, Textarea, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addMinorConsentRule, endMinorConsentRule, minorConsentRulesQuery } from '../api/consents.ts';
import type { MinorConsentRule, NewMinorConsentRule } from '../api/consents.ts';
import { visitTypesQuery } from '../api/queries.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf } from '../lib/time.ts';
import { useNow } from '../lib/use-now.ts';
import { Answered, FormActions } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { Badge } from '../parts/states.tsx';

export function MinorRules() {
  const { t, i18n } = useTranslation();
  const rules = useQuery(minorConsentRulesQuery);
  const types = useQuery(visitTypesQuery(i18n.language));
  const [adding, setAdding] = useState(false);
  const serviceOf = (id: string): string => types.data?.items.find((one) => one.id === id)?.name ?? '';
  return (
    <section className="hs-card" aria-label={t('minorRules.title')}>
      <Group justify="space-between" gap="xs">
        <Title order={2}>{t('minorRules.title')}</Title>
        {!adding && (
          <Button variant="default" onClick={() => setAdding(true)}>
            {t('minorRules.add')}
          </Button>
        )}
      </Group>
      <Text size="sm">{t('minorRules.hint')}</Text>
      {adding && <RuleForm close={() => setAdding(false)} />}
      <Answered query={rules}>
        {({ items }) =>
          items.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('minorRules.none')}
            </Text>
          ) : (
            <ul className="hs-plain-list">
              {items.map((rule) => (
                <RuleRow key={rule.id} rule={rule} service={serviceOf(rule.visitTypeId)} />
              ))}
            </ul>
          )
        }
      </Answered>
    </section>
  );
}

function RuleRow({ rule, service }: { readonly rule: MinorConsentRule; readonly service: string }) {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const now = useNow();
  const end = useMutation({
    mutationFn: () => endMinorConsentRule(rule.id),
    onSuccess: () => client.invalidateQueries({ queryKey: minorConsentRulesQuery.queryKey }),
  });
  // What was ended a moment ago is over, whatever this page's clock says.
  const over = end.isSuccess || (rule.validTo !== null && Date.parse(rule.validTo) <= now);
  const from = dateTimeOf(rule.validFrom, zone, i18n.language);
  return (
    <li>
      <Group gap="xs" justify="space-between">
        <div>
          <Text size="sm" component="div">
            <strong>{service}</strong> · {t('minorRules.fromAgeOf', { age: rule.fromAge })} ·{' '}
            {rule.jurisdiction ?? t('minorRules.everywhere')}{' '}
            {over ? (
              <Badge tone="neutral">{t('minorRules.over')}</Badge>
            ) : (
              <Badge tone={rule.guardianAccess === 'none' ? 'warn' : 'info'}>
                {t(`minorRules.access.${rule.guardianAccess}`)}
              </Badge>
            )}
          </Text>
          <Text size="sm" className="hs-quiet">
            {rule.basis} · {t('minorRules.ownerIs', { owner: rule.owner })} ·{' '}
            {rule.validTo === null
              ? t('policies.since', { date: from })
              : `${from} – ${dateTimeOf(rule.validTo, zone, i18n.language)}`}
          </Text>
        </div>
        {!over && !asking && (
          <Button variant="default" aria-label={t('minorRules.endOf', { service })} onClick={() => setAsking(true)}>
            {t('minorRules.end')}
          </Button>
        )}
      </Group>
      {asking && !over && (
        <Stack gap="xs" mt="xs">
          <Text size="sm">{t('minorRules.endHint')}</Text>
          <ProblemAlert error={end.error} />
          <Group gap="xs">
            <Button autoFocus loading={end.isPending} onClick={() => end.mutate()}>
              {t('minorRules.endNow')}
            </Button>
            <Button variant="default" onClick={() => setAsking(false)}>
              {t('common.cancel')}
            </Button>
          </Group>
        </Stack>
      )}
    </li>
  );
}

function RuleForm({ close }: { readonly close: () => void }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const types = useQuery(visitTypesQuery(i18n.language));
  const [typed, setTyped] = useState({ visitTypeId: '', jurisdiction: '', basis: '', owner: '' });
  const [fromAge, setFromAge] = useState<number | string>(16);
  const [access, setAccess] = useState<NewMinorConsentRule['guardianAccess']>('none');
  const add = useMutation({
    mutationFn: addMinorConsentRule,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: minorConsentRulesQuery.queryKey });
      close();
    },
  });
  const set = (field: keyof typeof typed) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget;
    setTyped((all) => ({ ...all, [field]: value }));
  };
  const place = typed.jurisdiction.trim().toUpperCase();
  const placeIsRight = place === '' || /^[A-Z]{2}(-[A-Z0-9]{1,3})?$/.test(place);
  const ready =
    placeIsRight &&
    typeof fromAge === 'number' &&
    [typed.visitTypeId, typed.basis, typed.owner].every((value) => value.trim() !== '');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready || typeof fromAge !== 'number') return;
        add.mutate({
          visitTypeId: typed.visitTypeId,
          jurisdiction: place === '' ? null : place,
          fromAge,
          guardianAccess: access,
          basis: typed.basis.trim(),
          owner: typed.owner.trim(),
        });
      }}
    >
      <Stack gap="sm" my="sm">
        <ProblemAlert error={add.error} />
        <NativeSelect
          label={t('minorRules.service')}
          autoFocus
          value={typed.visitTypeId}
          onChange={set('visitTypeId')}
          data={[
            { value: '', label: t('intakes.choose') },
            ...(types.data?.items ?? []).map((one) => ({ value: one.id, label: one.name })),
          ]}
        />
        <NumberInput label={t('minorRules.fromAge')} min={0} max={25} value={fromAge} onChange={setFromAge} />
        <TextInput
          label={t('minorRules.place')}
          description={t('minorRules.placeHint')}
          error={placeIsRight ? undefined : t('minorRules.placeWrong')}
          value={typed.jurisdiction}
          maxLength={6}
          onChange={set('jurisdiction')}
        />
        <NativeSelect
          label={t('minorRules.access')}
          value={access}
          onChange={(event) => setAccess(event.currentTarget.value === 'shared' ? 'shared' : 'none')}
          data={(['none', 'shared'] as const).map((value) => ({ value, label: t(`minorRules.accessLong.${value}`) }))}
        />
        <Textarea
          label={t('minorRules.basis')}
          description={t('minorRules.basisHint')}
          autosize
          maxLength={500}
          value={typed.basis}
          onChange={set('basis')}
        />
        <TextInput
          label={t('minorRules.owner')}
          description={t('minorRules.ownerHint')}
          maxLength={160}
          value={typed.owner}
          onChange={set('owner')}
        />
        <FormActions verb={t('common.add')} busy={add.isPending} disabled={!ready} cancel={close} />
      </Stack>
    </form>
  );
}
