/** Deadlines as dated rows: what holds now, since when, and a new rule from a date on. */
import { NativeSelect, Stack, Text, TextInput, Textarea, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addPolicy, policiesQuery } from '../api/queries.ts';
import type { PolicyBody } from '../api/queries.ts';
import type { Policy } from '../api/types.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf, instant, startOfDay } from '../lib/time.ts';
import { useNow, useToday } from '../lib/use-now.ts';
import { Answered, FormActions, Page } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { Badge } from '../parts/states.tsx';
import { policyFields } from './policy-forms/policy-fields.tsx';
import { PolicyWords } from './policy-words.tsx';

type Kind = PolicyBody['kind'];

export function PoliciesPage() {
  const { t } = useTranslation();
  const policies = useQuery(policiesQuery);
  return (
    <Page title={t('nav.policies')} narrow>
      <Text size="sm">{t('policies.hint')}</Text>
      <Answered query={policies}>
        {({ items }) => (
          <>
            <NewPolicy policies={items} />
            {[...new Set(items.map((one) => one.kind))].map((kind) => (
              <PolicyKindPart key={kind} kind={kind} rows={items.filter((one) => one.kind === kind)} />
            ))}
          </>
        )}
      </Answered>
    </Page>
  );
}

function PolicyKindPart({ kind, rows }: { readonly kind: Kind; readonly rows: readonly Policy[] }) {
  const { t, i18n } = useTranslation();
  const { locations, zone } = useWorkplace();
  const inForce = inForceOf(rows, useNow());
  return (
    <section aria-label={t(`policy.${kind}`)}>
      <Title order={2}>{t(`policy.${kind}`)}</Title>
      <Text size="sm" c="dimmed">
        {t(`policyHint.${kind}`)}
      </Text>
      <ul className="hs-plain-list">
        {rows.map((row, index) => (
          <li key={row.id ?? index}>
            <Text size="sm" component="div">
              {row.validFrom === null
                ? t('policies.builtIn')
                : row.validTo === null
                  ? t('policies.since', { date: dateTimeOf(row.validFrom, zone, i18n.language) })
                  : t('policies.between', {
                      from: dateTimeOf(row.validFrom, zone, i18n.language),
                      to: dateTimeOf(row.validTo, zone, i18n.language),
                    })}
              {row.locationId !== null && ` · ${locations.find((one) => one.id === row.locationId)?.name ?? ''}`}{' '}
              {inForce.has(row) && <Badge tone="good">{t('policies.inForce')}</Badge>}
              <PolicyWords value={row.value} />
            </Text>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The row that begins last is in force, for each place by itself (domain/policies.ts). */
function inForceOf(rows: readonly Policy[], now: number): ReadonlySet<Policy> {
  const best = new Map<string | null, Policy>();
  for (const row of rows) {
    const from = row.validFrom === null ? -Infinity : Date.parse(row.validFrom);
    if (from > now || (row.validTo !== null && Date.parse(row.validTo) <= now)) continue;
    const before = best.get(row.locationId);
    if (before === undefined || before.validFrom === null || from > Date.parse(before.validFrom))
      best.set(row.locationId, row);
  }
  return new Set(best.values());
}

function NewPolicy({ policies }: { readonly policies: readonly Policy[] }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { locations, zone } = useWorkplace();
  const kinds = [...new Set(policies.map((one) => one.kind))];
  const [kind, setKind] = useState<Kind>(kinds[0] ?? 'hold');
  const today = useToday(zone);
  const now = useNow();
  const valueOf = (of: Kind): string => {
    const rows = policies.filter((one) => one.kind === of && one.locationId === null);
    return JSON.stringify([...inForceOf(rows, now)][0]?.value ?? {}, null, 1);
  };
  const [value, setValue] = useState(() => valueOf(kinds[0] ?? 'hold'));
  const [from, setFrom] = useState('');
  const [place, setPlace] = useState('');
  const parsed = parse(value);
  const Fields = policyFields[kind];
  const save = useMutation({
    mutationFn: () =>
      addPolicy({
        kind,
        value: parsed ?? {},
        locationId: place === '' ? null : place,
        ...(from === '' || from === today ? {} : { validFrom: instant(startOfDay(from, zone)) }),
      }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['policies'] }),
  });
  return (
    <form
      className="hs-card"
      onSubmit={(event) => {
        event.preventDefault();
        if (parsed !== null) save.mutate();
      }}
    >
      <Stack gap="sm">
        <Title order={2}>{t('policies.new')}</Title>
        <ProblemAlert error={save.error} />
        {save.isSuccess && (
          <Text size="sm" role="status">
            {t('policies.saved')}
          </Text>
        )}
        <div className="hs-fields">
          <NativeSelect
            label={t('tasks.kind')}
            value={kind}
            onChange={(event) => {
              const next = kinds.find((one) => one === event.currentTarget.value) ?? kind;
              setKind(next);
              setValue(valueOf(next));
            }}
            data={kinds.map((one) => ({ value: one, label: t(`policy.${one}`) }))}
          />
          <NativeSelect
            label={t('find.where')}
            value={place}
            onChange={(event) => setPlace(event.currentTarget.value)}
            data={[
              { value: '', label: t('policies.everywhere') },
              ...locations.map((one) => ({ value: one.id, label: one.name })),
            ]}
          />
          <TextInput
            type="date"
            label={t('policies.from')}
            description={t('policies.fromHint')}
            min={today}
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
        </div>
        {Fields !== undefined && parsed !== null ? (
          <Fields value={parsed} onChange={(next) => setValue(JSON.stringify(next, null, 1))} />
        ) : (
          <Textarea
            label={t('policies.value')}
            description={t('policies.valueHint')}
            autosize
            minRows={4}
            spellCheck={false}
            classNames={{ input: 'hs-mono' }}
            error={parsed === null ? t('policies.notJson') : undefined}
            value={value}
            onChange={(event) => setValue(event.currentTarget.value)}
          />
        )}
        <FormActions verb={t('policies.save')} busy={save.isPending} disabled={parsed === null} />
      </Stack>
    </form>
  );
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
