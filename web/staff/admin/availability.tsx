/** Opening hours by example: "Tuesdays 09:00 to 12:00, from 2 March", with the week that they make. */
import { Button, Chip, Group, NativeSelect, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addRule, practitionersQuery, removeRule, rulesQuery, visitTypesQuery } from '../api/queries.ts';
import type { AvailabilityRule, Weekday } from '../api/types.ts';
import { useWorkplace } from '../lib/session.ts';
import { addDays, plainDay, wallTime, weekdayIndex, weekdayName } from '../lib/time.ts';
import { useToday } from '../lib/use-now.ts';
import { LinkAnchor } from '../parts/links.tsx';
import { Answered, Empty, Page } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';

const weekdays: readonly Weekday[] = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

export function AvailabilityPage() {
  const { t } = useTranslation();
  const practitioners = useQuery(practitionersQuery());
  const [chosen, setChosen] = useState('');
  return (
    <Page title={t('nav.availability')} narrow>
      <Answered query={practitioners}>
        {({ items }) => {
          const who = items.find((one) => one.id === chosen) ?? items[0];
          return who === undefined ? (
            <Empty title={t('availability.nobody')} hint={t('availability.nobodyHint')}>
              <LinkAnchor to="/admin/rooms">{t('nav.rooms')}</LinkAnchor>
            </Empty>
          ) : (
            <>
              <NativeSelect
                label={t('today.practitioner')}
                maw={320}
                value={who.id}
                onChange={(event) => setChosen(event.currentTarget.value)}
                data={items.map((one) => ({ value: one.id, label: one.name }))}
              />
              <Hours key={who.id} practitionerId={who.id} />
            </>
          );
        }}
      </Answered>
    </Page>
  );
}

function useSentence(): (
  rule: Pick<AvailabilityRule, 'byDay' | 'startLocal' | 'endLocal' | 'validFrom' | 'validTo'>,
) => string {
  const { t, i18n } = useTranslation();
  return (rule) => {
    const days =
      rule.byDay.length === weekdays.length
        ? t('availability.everyDay')
        : new Intl.ListFormat(i18n.language).format(
            rule.byDay.map((day) => weekdayName(weekdays.indexOf(day), i18n.language)),
          );
    const hours = {
      days,
      from: wallTime(rule.startLocal, i18n.language),
      to: wallTime(rule.endLocal, i18n.language),
      since: plainDay(rule.validFrom, i18n.language),
    };
    const night = rule.endLocal <= rule.startLocal ? ` ${t('availability.nextDay')}` : '';
    return (
      (rule.validTo === null
        ? t('availability.sentence', hours)
        : t('availability.sentenceUntil', { ...hours, until: plainDay(rule.validTo, i18n.language) })) + night
    );
  };
}

function Hours({ practitionerId }: { readonly practitionerId: string }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const { locations } = useWorkplace();
  const types = useQuery(visitTypesQuery(i18n.language));
  const rules = useQuery(rulesQuery({ practitionerId }));
  const say = useSentence();
  const changed = (): void => {
    for (const key of ['availability-rules', 'availability', 'practitioners'])
      void client.invalidateQueries({ queryKey: [key] });
  };
  const remove = useMutation({ mutationFn: removeRule, onSuccess: changed });
  return (
    <Stack gap="md">
      <Builder practitionerId={practitionerId} onDone={changed} existing={rules.data?.items ?? []} />
      <section>
        <Title order={2} mb={4}>
          {t('availability.rules')}
        </Title>
        <ProblemAlert error={remove.error} />
        <Answered query={rules} rows={3}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title={t('availability.none')} hint={t('availability.noneHint')} />
            ) : (
              <ul className="hs-plain-list">
                {items.map((rule) => (
                  <li key={rule.id}>
                    <Group gap="xs" justify="space-between" wrap="nowrap" py={4}>
                      <Text size="sm">
                        {say(rule)}{' '}
                        <span className="hs-quiet">
                          {[
                            locations.find((one) => one.id === rule.locationId)?.name,
                            rule.visitTypeId === null
                              ? t('availability.everyType')
                              : types.data?.items.find((one) => one.id === rule.visitTypeId)?.name,
                          ]
                            .filter(Boolean)
                            .join(' · ')}
                        </span>
                      </Text>
                      <Button
                        variant="default"
                        aria-label={t('patient.remove', { what: say(rule) })}
                        disabled={remove.isPending}
                        onClick={() => remove.mutate(rule.id)}
                      >
                        {t('common.remove')}
                      </Button>
                    </Group>
                  </li>
                ))}
              </ul>
            )
          }
        </Answered>
      </section>
    </Stack>
  );
}

function Builder(props: {
  readonly practitionerId: string;
  readonly existing: readonly AvailabilityRule[];
  readonly onDone: () => void;
}) {
  const { t, i18n } = useTranslation();
  const { locations, location, zone } = useWorkplace();
  const types = useQuery(visitTypesQuery(i18n.language));
  const say = useSentence();
  const [byDay, setByDay] = useState<string[]>(['TU']);
  const [startLocal, setStart] = useState('09:00');
  const [endLocal, setEnd] = useState('12:00');
  const [validFrom, setFrom] = useState(useToday(zone));
  const [validTo, setTo] = useState('');
  const [place, setPlace] = useState(location?.id ?? '');
  const [type, setType] = useState('');
  const draft = {
    byDay: weekdays.filter((day) => byDay.includes(day)),
    startLocal,
    endLocal,
    validFrom,
    validTo: validTo === '' ? null : validTo,
  };
  const complete = draft.byDay.length > 0 && startLocal !== '' && endLocal !== '' && validFrom !== '' && place !== '';
  const add = useMutation({
    mutationFn: () =>
      addRule({
        ...draft,
        resourceId: props.practitionerId,
        locationId: place,
        visitTypeId: type === '' ? null : type,
      }),
    onSuccess: props.onDone,
  });
  return (
    <form
      className="hs-card"
      onSubmit={(event) => {
        event.preventDefault();
        if (complete) add.mutate();
      }}
    >
      <Stack gap="sm">
        <Title order={2}>{t('availability.build')}</Title>
        <ProblemAlert error={add.error} />
        <Chip.Group multiple value={byDay} onChange={setByDay}>
          <Group gap={4} role="group" aria-label={t('availability.days')}>
            {weekdays.map((day, index) => (
              <Chip key={day} value={day} size="sm" radius="sm">
                {weekdayName(index, i18n.language)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
        <div className="hs-fields">
          <TextInput
            type="time"
            label={t('availability.from')}
            value={startLocal}
            onChange={(event) => setStart(event.currentTarget.value)}
          />
          <TextInput
            type="time"
            label={t('availability.to')}
            value={endLocal}
            onChange={(event) => setEnd(event.currentTarget.value)}
          />
          <TextInput
            type="date"
            label={t('availability.since')}
            value={validFrom}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <TextInput
            type="date"
            label={t('availability.until')}
            value={validTo}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
          <NativeSelect
            label={t('find.where')}
            value={place}
            onChange={(event) => setPlace(event.currentTarget.value)}
            data={[
              { value: '', label: t('find.chooseType') },
              ...locations.map((one) => ({ value: one.id, label: one.name })),
            ]}
          />
          <NativeSelect
            label={t('find.type')}
            value={type}
            onChange={(event) => setType(event.currentTarget.value)}
            data={[
              { value: '', label: t('availability.everyType') },
              ...(types.data?.items ?? []).map((one) => ({ value: one.id, label: one.name })),
            ]}
          />
        </div>
        {complete && (
          <>
            <Text fw={600} aria-live="polite">
              {say(draft)}
            </Text>
            <WeekPreview rules={props.existing} draft={draft} />
          </>
        )}
        <div>
          <Button type="submit" loading={add.isPending} disabled={!complete}>
            {t('availability.add')}
          </Button>
        </div>
      </Stack>
    </form>
  );
}

type Draft = Pick<AvailabilityRule, 'byDay' | 'startLocal' | 'endLocal' | 'validFrom' | 'validTo'>;

/** The first whole week in which the new hours hold: what is there already, and what comes with them. */
function WeekPreview({ rules, draft }: { readonly rules: readonly Draft[]; readonly draft: Draft }) {
  const { t, i18n } = useTranslation();
  const monday = addDays(draft.validFrom, -weekdayIndex(draft.validFrom));
  const holds = (rule: Draft, index: number, day: string): boolean =>
    rule.byDay.some((one) => weekdays.indexOf(one) === index) &&
    rule.validFrom <= day &&
    (rule.validTo === null || rule.validTo >= day);
  const hours = (rule: Draft): string =>
    `${wallTime(rule.startLocal, i18n.language)}–${wallTime(rule.endLocal, i18n.language)}`;
  return (
    <div
      className="hs-week"
      role="group"
      tabIndex={0}
      aria-label={t('availability.week', { date: plainDay(monday, i18n.language) })}
    >
      {weekdays.map((day, index) => {
        const date = addDays(monday, index);
        return (
          <div key={day}>
            <b>{weekdayName(index, i18n.language, 'short')}</b>
            {rules
              .filter((rule) => holds(rule, index, date))
              .map((rule, at) => (
                <div key={at} className="hs-num">
                  {hours(rule)}
                </div>
              ))}
            {holds(draft, index, date) && (
              <div className="hs-num">
                <strong>+ {hours(draft)}</strong>
              </div>
            )}
          </div>
        );
      })}
    </div>
  );
}
