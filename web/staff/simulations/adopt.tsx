/** Makes a simulated policy the clinic's rule, after a look at what changes; and the way back. */
import { Button, Group, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PolicyWords } from '../admin/policy-words.tsx';
import { addPolicy, policiesQuery } from '../api/queries.ts';
import type { SimulationResult } from '../api/reports.ts';
import type { Policy } from '../api/types.ts';
import { MINUTE } from '../lib/time.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Answered } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { Badge } from '../parts/states.tsx';
import { Legend } from './marks.tsx';

type Value = Readonly<Record<string, unknown>>;

export function Adopt({ results }: { readonly results: readonly SimulationResult[] }) {
  const { t } = useTranslation();
  const policies = useQuery(policiesQuery);
  return (
    <section aria-labelledby="simulated-adopt">
      <Title order={2} id="simulated-adopt">
        {t('simulations.adoptTitle')}
      </Title>
      <Answered query={policies} rows={3}>
        {({ items }) => <Choices results={results} policies={items} readAt={policies.dataUpdatedAt} />}
      </Answered>
    </section>
  );
}

function Choices({
  results,
  policies,
  readAt,
}: {
  readonly results: readonly SimulationResult[];
  readonly policies: readonly Policy[];
  /** Epoch milliseconds. */
  readonly readAt: number;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  // A rule that began a moment ago holds, also where this computer's clock is a little behind.
  const present = inForce(policies, readAt + MINUTE);
  const [asked, setAsked] = useState<SimulationResult>();
  const [done, setDone] = useState<{ readonly name: string; readonly before: Value }>();
  const said = useRef<HTMLDivElement>(null);
  const adopt = useMutation({
    mutationFn: (value: Value) => addPolicy({ kind: 'waitlist', value: { ...value } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['policies'] }),
  });
  const back = useMutation({
    mutationFn: (value: Value) => addPolicy({ kind: 'waitlist', value: { ...value } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['policies'] }),
  });
  const confirm = (result: SimulationResult): void =>
    adopt.mutate(result.policy.value, {
      onSuccess: () => {
        setDone({ name: result.policy.name, before: present });
        setAsked(undefined);
        back.reset();
        said.current?.focus();
      },
    });
  return (
    <>
      <div ref={said} tabIndex={-1} role="status" className="hs-adopted">
        {done !== undefined && (
          <Group gap="xs">
            <Text size="sm">
              {t(back.isSuccess ? 'simulations.undone' : 'simulations.adopted', { name: done.name })}
            </Text>
            {!back.isSuccess && (
              <Button
                variant="default"
                size="compact-sm"
                loading={back.isPending}
                onClick={() => back.mutate(done.before)}
              >
                {t('simulations.undo')}
              </Button>
            )}
          </Group>
        )}
      </div>
      <ProblemAlert error={back.error} />
      <ul className="hs-plain-list hs-adoptions">
        {results.map((result, index) => (
          <li key={result.id} className="hs-card">
            <Group justify="space-between" gap="xs">
              <Legend index={index} name={result.policy.name} />
              {same(result.policy.value, present) ? (
                <Badge tone="good">{t('policies.inForce')}</Badge>
              ) : (
                <Button variant="default" onClick={() => setAsked(result)}>
                  {t('simulations.adopt', { name: result.policy.name })}
                </Button>
              )}
            </Group>
          </li>
        ))}
      </ul>
      <Dialog
        opened={asked !== undefined}
        onClose={() => {
          setAsked(undefined);
          adopt.reset();
        }}
        title={t('simulations.confirmTitle', { name: asked?.policy.name ?? '' })}
      >
        {asked !== undefined && (
          <>
            <ProblemAlert error={adopt.error} />
            <Text size="sm">{t('simulations.confirm')}</Text>
            {policies.some(({ kind, locationId }) => kind === 'waitlist' && locationId !== null) && (
              <Text size="sm">{t('simulations.places')}</Text>
            )}
            <Title order={3} mt="sm">
              {t('simulations.differs')}
            </Title>
            <PolicyWords value={differing(asked.policy.value, present)} />
            <Group gap="xs" mt="md">
              <Button loading={adopt.isPending} onClick={() => confirm(asked)}>
                {t('simulations.adopt', { name: asked.policy.name })}
              </Button>
              <Button variant="default" onClick={() => setAsked(undefined)}>
                {t('common.cancel')}
              </Button>
            </Group>
          </>
        )}
      </Dialog>
    </>
  );
}

/** The clinic's own rule for everywhere, over the built-in one: the row that begins last (domain/policies.ts). */
function inForce(policies: readonly Policy[], now: number): Value {
  const rows = policies.filter(({ kind, locationId }) => kind === 'waitlist' && locationId === null);
  const from = ({ validFrom }: Policy): number => (validFrom === null ? -Infinity : Date.parse(validFrom));
  const valid = rows.filter((row) => from(row) <= now && (row.validTo === null || Date.parse(row.validTo) > now));
  const [newest] = valid.toSorted((a, b) => from(b) - from(a));
  const usual = rows.find(({ validFrom }) => validFrom === null);
  return { ...usual?.value, ...newest?.value };
}

const written = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

const differing = (value: Value, present: Value): Value =>
  Object.fromEntries(Object.entries(value).filter(([key, one]) => written(one) !== written(present[key])));

const same = (value: Value, present: Value): boolean => Object.keys(differing(value, present)).length === 0;
