/** Visit types: how long, with what around it, in which ways, who and what it needs. */
import { Button, Checkbox, Group, NativeSelect, NumberInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addVisitType, changeVisitType, poolsQuery, practitionersQuery, visitTypesQuery } from '../api/queries.ts';
import type { VisitType } from '../api/types.ts';
import { Answered, Empty, FormActions, Page } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { Badge } from '../parts/states.tsx';

export function VisitTypesPage() {
  const { t, i18n } = useTranslation();
  const types = useQuery(visitTypesQuery(i18n.language));
  const [open, setOpen] = useState<string | null>(null);
  return (
    <Page
      title={t('nav.visitTypes')}
      actions={
        <Button variant="default" onClick={() => setOpen('new')}>
          {t('visitType.new')}
        </Button>
      }
    >
      {open === 'new' && <TypeForm type={null} close={() => setOpen(null)} />}
      <Answered query={types}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('visitType.none')} hint={t('visitType.noneHint')} />
          ) : (
            <div className="hs-scroll">
              <table className="hs-table" data-cards>
                <thead>
                  <tr>
                    <th scope="col">{t('visitType.name')}</th>
                    <th scope="col">{t('visitType.duration')}</th>
                    <th scope="col">{t('visitType.buffers')}</th>
                    <th scope="col">{t('visitType.modes')}</th>
                    <th scope="col">{t('visitType.who')}</th>
                    <th scope="col">{t('visitType.rules')}</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((type) => (
                    <TypeRow
                      key={type.id}
                      type={type}
                      open={open === type.id}
                      onToggle={() => setOpen(open === type.id ? null : type.id)}
                    />
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Answered>
    </Page>
  );
}

function TypeRow({
  type,
  open,
  onToggle,
}: {
  readonly type: VisitType;
  readonly open: boolean;
  readonly onToggle: () => void;
}) {
  const { t } = useTranslation();
  return (
    <>
      <tr data-open={open ? true : undefined}>
        <td>
          <button type="button" className="hs-row-button" aria-expanded={open} onClick={onToggle}>
            {type.name}
          </button>{' '}
          <span className="hs-mono">{type.code}</span>{' '}
          {!type.active && <Badge tone="neutral">{t('patient.inactive')}</Badge>}
        </td>
        <td className="hs-num">{t('visitType.minutes', { minutes: type.durationMinutes })}</td>
        <td className="hs-num">
          {type.bufferBeforeMinutes} + {type.bufferAfterMinutes}
        </td>
        <td>{type.modes.map((mode) => t(`mode.${mode}`)).join(', ')}</td>
        <td>{t('visitType.practitioners', { count: type.practitionerIds.length })}</td>
        <td>
          {type.groupCapacity !== null && (
            <Badge tone="neutral">{t('visitType.group', { count: type.groupCapacity })}</Badge>
          )}{' '}
          {type.selfSchedulable && <Badge tone="info">{t('visitType.selfSchedulable')}</Badge>}{' '}
          {type.needsApproval && <Badge tone="warn">{t('visitType.needsApproval')}</Badge>}
        </td>
      </tr>
      {open && (
        <tr data-open>
          <td colSpan={6}>
            <TypeForm type={type} close={onToggle} />
          </td>
        </tr>
      )}
    </>
  );
}

const numbers = {
  durationMinutes: [5, 1440],
  bufferBeforeMinutes: [0, 240],
  bufferAfterMinutes: [0, 240],
  alignMinutes: [5, 60],
  minNoticeMinutes: [0, 525_600],
  maxAdvanceDays: [1, 1100],
} as const;
type NumberField = keyof typeof numbers;
const modes = ['in-person', 'video', 'phone'] as const;

const besidesKinds = ['equipment', 'interpreter'] as const;
type BesidesKind = (typeof besidesKinds)[number];
type Requirement = VisitType['requirements'][number];
const isPool = (one: Requirement, kind: BesidesKind): boolean => one.kind === kind && one.resourceId === null;
const firstPool = (type: VisitType | null, kind: BesidesKind): Requirement | undefined =>
  type?.requirements.find((one) => isPool(one, kind));

function TypeForm({ type, close }: { readonly type: VisitType | null; readonly close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const practitioners = useQuery(practitionersQuery());
  const pools = useQuery(poolsQuery);
  const [code, setCode] = useState('');
  const [en, setEn] = useState(type?.names['en'] ?? '');
  const [es, setEs] = useState(type?.names['es'] ?? '');
  const [typed, setTyped] = useState<Record<NumberField, number>>({
    durationMinutes: type?.durationMinutes ?? 30,
    bufferBeforeMinutes: type?.bufferBeforeMinutes ?? 0,
    bufferAfterMinutes: type?.bufferAfterMinutes ?? 0,
    alignMinutes: type?.alignMinutes ?? 15,
    minNoticeMinutes: type?.minNoticeMinutes ?? 60,
    maxAdvanceDays: type?.maxAdvanceDays ?? 180,
  });
  const [ways, setWays] = useState<string[]>([...(type?.modes ?? ['in-person'])]);
  const [who, setWho] = useState<string[]>([...(type?.practitionerIds ?? [])]);
  const [pool, setPool] = useState(type?.requirements.find((one) => one.kind === 'room')?.poolId ?? '');
  const [besides, setBesides] = useState<Record<BesidesKind, string>>({
    equipment: type?.requirements.find((one) => isPool(one, 'equipment'))?.poolId ?? '',
    interpreter: type?.requirements.find((one) => isPool(one, 'interpreter'))?.poolId ?? '',
  });
  const [selfSchedulable, setSelf] = useState(type?.selfSchedulable ?? true);
  const [needsApproval, setApproval] = useState(type?.needsApproval ?? false);
  const [active, setActive] = useState(type?.active ?? true);
  const [seats, setSeats] = useState<number | null>(type?.groupCapacity ?? null);
  const save = useMutation({
    mutationFn: async () => {
      const kept = (type?.requirements ?? []).filter(
        (one) =>
          one.kind !== 'provider' &&
          !(one.kind === 'room' && one.resourceId === null) &&
          // Chosen below; its buffers and count stay as they are.
          !besidesKinds.some((kind) => isPool(one, kind) && one === firstPool(type, kind)),
      );
      const body = {
        names: { ...type?.names, en: en.trim(), ...(es.trim() === '' ? {} : { es: es.trim() }) },
        ...typed,
        groupCapacity: seats,
        modes: modes.filter((mode) => ways.includes(mode)),
        practitionerIds: who,
        selfSchedulable,
        needsApproval,
        requirements: [
          ...(type?.requirements.filter((one) => one.kind === 'provider') ?? [
            { role: 'provider', kind: 'provider' as const },
          ]),
          ...(pool === '' ? [] : [{ role: 'room', kind: 'room' as const, poolId: pool }]),
          ...besidesKinds.flatMap((kind) =>
            besides[kind] === '' ? [] : [{ role: kind, kind, ...firstPool(type, kind), poolId: besides[kind] }],
          ),
          ...kept,
        ],
      };
      if (type === null) await addVisitType({ ...body, code: code.trim() });
      else await changeVisitType(type.id, { ...body, active }, type.version);
    },
    onSuccess: () => {
      for (const key of ['visit-types', 'availability', 'practitioners'])
        void client.invalidateQueries({ queryKey: [key] });
      close();
    },
  });
  const complete = en.trim() !== '' && ways.length > 0 && (type !== null || code.trim() !== '');
  return (
    <form
      className="hs-card"
      onSubmit={(event) => {
        event.preventDefault();
        if (complete) save.mutate();
      }}
    >
      <Stack gap="sm">
        <Title order={2}>{type === null ? t('visitType.new') : type.name}</Title>
        <ProblemAlert error={save.error} />
        <div className="hs-fields">
          {type === null && (
            <TextInput
              label={t('visitType.code')}
              value={code}
              maxLength={40}
              onChange={(event) => setCode(event.currentTarget.value)}
            />
          )}
          <TextInput
            label={t('visitType.nameEn')}
            value={en}
            maxLength={120}
            onChange={(event) => setEn(event.currentTarget.value)}
          />
          <TextInput
            label={t('visitType.nameEs')}
            value={es}
            maxLength={120}
            onChange={(event) => setEs(event.currentTarget.value)}
          />
          <NumberInput
            label={t('visitType.groupCapacity')}
            description={t('visitType.groupCapacityHint')}
            min={1}
            max={200}
            allowDecimal={false}
            hideControls
            value={seats ?? ''}
            onChange={(value) => setSeats(value === '' ? null : Number(value))}
          />
          {(Object.keys(numbers) as NumberField[]).map((name) => (
            <NumberInput
              key={name}
              label={t(`visitType.${name}`)}
              min={numbers[name][0]}
              max={numbers[name][1]}
              allowDecimal={false}
              hideControls
              value={typed[name]}
              onChange={(value) => setTyped({ ...typed, [name]: Number(value) })}
            />
          ))}
          <NativeSelect
            label={t('visitType.pool')}
            value={pool}
            onChange={(event) => setPool(event.currentTarget.value)}
            data={[
              { value: '', label: t('common.none') },
              ...(pools.data?.items ?? [])
                .filter((one) => one.kind === 'room')
                .map((one) => ({ value: one.id, label: one.name })),
            ]}
          />
          {besidesKinds.map((kind) => (
            <NativeSelect
              key={kind}
              label={t(`visitType.pool.${kind}`)}
              value={besides[kind]}
              onChange={(event) => setBesides({ ...besides, [kind]: event.currentTarget.value })}
              data={[
                { value: '', label: t('common.none') },
                ...(pools.data?.items ?? [])
                  .filter((one) => one.kind === kind)
                  .map((one) => ({ value: one.id, label: one.name })),
              ]}
            />
          ))}
        </div>
        <Checkbox.Group label={t('visitType.modes')} value={ways} onChange={setWays}>
          <Group gap="md" mt={4}>
            {modes.map((mode) => (
              <Checkbox key={mode} value={mode} label={t(`mode.${mode}`)} />
            ))}
          </Group>
        </Checkbox.Group>
        <Checkbox.Group label={t('visitType.who')} value={who} onChange={setWho}>
          <Group gap="md" mt={4}>
            {(practitioners.data?.items ?? []).map((one) => (
              <Checkbox key={one.id} value={one.id} label={one.name} />
            ))}
          </Group>
        </Checkbox.Group>
        <Group gap="md">
          <Checkbox
            label={t('visitType.selfSchedulable')}
            checked={selfSchedulable}
            onChange={(event) => setSelf(event.currentTarget.checked)}
          />
          <Checkbox
            label={t('visitType.needsApproval')}
            checked={needsApproval}
            onChange={(event) => setApproval(event.currentTarget.checked)}
          />
          {type !== null && (
            <Checkbox
              label={t('visitType.active')}
              checked={active}
              onChange={(event) => setActive(event.currentTarget.checked)}
            />
          )}
        </Group>
        <Text size="sm" c="dimmed">
          {t('visitType.keepsBookings')}
        </Text>
        <FormActions verb={t('common.save')} busy={save.isPending} disabled={!complete} cancel={close} />
      </Stack>
    </form>
  );
}
