/**
 * A case, the same everywhere: the state in a word, who has the ball and until when, what may be done now, the timers to
 * the second, and everything that happened (experience.md, principles 1 and 2).
 */
import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppointmentAction } from '../../../workflows/messages/appointment.ts';
import { caseQuery } from '../api/queries.ts';
import type { Appointment, CaseView } from '../api/types.ts';
import { dateTimeOf, DAY, plainDay, timeOf, zoneName } from '../lib/time.ts';
import { Deadline } from '../parts/countdown.tsx';
import { LinkAnchor } from '../parts/links.tsx';
import { Answered } from '../parts/page.tsx';
import { StateBadge } from '../parts/states.tsx';
import { ActionForm } from './action-form.tsx';
import { Actions } from './actions.tsx';
import { LateChoices } from './late.tsx';
import { Telehealth } from './telehealth.tsx';
import { Equipped } from './equipped.tsx';
import { Related } from './related.tsx';
import { Timeline } from './timeline.tsx';
import { Timer } from './timer.tsx';
import { WhatNext } from './what-next.tsx';

export function CasePanel(props: {
  readonly id: string;
  readonly begin?: AppointmentAction | undefined;
  /** An action whose form is open at once (a keystroke on the day). */
  readonly beside?: boolean;
  readonly onChanged?: (() => void) | undefined;
}) {
  const asked = useQuery(caseQuery(props.id));
  return (
    <Answered query={asked} rows={8}>
      {(view) => (
        <Loaded
          key={props.id}
          visit={view.appointment}
          view={view}
          begin={props.begin}
          beside={props.beside === true}
          onChanged={props.onChanged}
        />
      )}
    </Answered>
  );
}

function Loaded(props: {
  readonly visit: Appointment;
  readonly view: CaseView;
  readonly begin: AppointmentAction | undefined;
  readonly beside: boolean;
  readonly onChanged: (() => void) | undefined;
}) {
  const { t, i18n } = useTranslation();
  const { visit, view } = props;
  const zone = visit.timeZone ?? visit.location?.timeZone ?? 'UTC';
  const [open, setOpen] = useState<AppointmentAction | null>(null);
  const [within, setWithin] = useState<'today' | undefined>();
  const [done, setDone] = useState<AppointmentAction | null>(null);
  const [begun, setBegun] = useState<AppointmentAction | undefined>();
  if (begun !== props.begin) {
    setBegun(props.begin);
    if (props.begin !== undefined) setOpen(props.begin);
  }
  useAskWhenDue(view);
  const start = (action: AppointmentAction, when?: 'today'): void => {
    setWithin(when);
    setOpen(action);
  };
  const finished = (_changed: Appointment, action: AppointmentAction): void => {
    setOpen(null);
    setDone(action);
    props.onChanged?.();
  };
  const heading = props.beside ? 2 : 1;
  const part = props.beside ? 3 : 2;
  return (
    <Stack gap="md">
      <div>
        <Group gap="xs" justify="space-between" wrap="nowrap" align="start" className="hs-case-head">
          <Title order={heading}>
            <LinkAnchor to="/patients/$id" params={{ id: visit.patient.id }} inherit>
              {visit.patient.name}
            </LinkAnchor>
          </Title>
          <StateBadge visit={visit} />
        </Group>
        <Text size="sm" className="hs-num">
          {visit.patient.birthDate === null
            ? t('patient.birthDateUnknown')
            : plainDay(visit.patient.birthDate, i18n.language)}{' '}
          · {visit.patient.mrn}
        </Text>
      </div>
      <dl className="hs-facts">
        <dt>{t('case.when')}</dt>
        <dd className="hs-num">
          {visit.start === null || visit.end === null
            ? t('case.noTime')
            : `${dateTimeOf(visit.start, zone, i18n.language)} – ${timeOf(visit.end, zone, i18n.language)} ${zoneName(visit.start, zone, i18n.language)}`}
        </dd>
        <dt>{t('case.what')}</dt>
        <dd>
          {visit.visitType.name} · {t(`mode.${visit.mode}`)}
        </dd>
        <dt>{t('case.with')}</dt>
        <dd>
          {[visit.practitioner?.name, ...visit.resources.filter((one) => one.kind === 'room').map((one) => one.name)]
            .filter(Boolean)
            .join(' · ')}
        </dd>
        <Equipped visit={visit} />
        {visit.series !== null && (
          <>
            <dt>{t('series.title')}</dt>
            <dd>
              <LinkAnchor to="/cases/series/$id" params={{ id: visit.series.id }} size="sm">
                {t('series.number', { number: visit.series.occurrence })}
              </LinkAnchor>
            </dd>
          </>
        )}
        {visit.groupSessionId != null && (
          <>
            <dt>{t('group.title')}</dt>
            <dd>
              <LinkAnchor to="/groups/$id" params={{ id: visit.groupSessionId }} size="sm">
                {t('group.seeSession')}
              </LinkAnchor>
            </dd>
          </>
        )}
        {view.waitingFor !== null && (
          <>
            <dt>{t('case.waitingFor')}</dt>
            <dd>
              {t(`waiting.${view.waitingFor.what}`)}
              {view.waitingFor.who !== 'time' &&
                view.waitingFor.what !== 'arrival' &&
                ` · ${t(`party.${view.waitingFor.who}`)}`}
            </dd>
            {view.waitingFor.until !== null && (
              <>
                <dt>{t('case.due')}</dt>
                <dd>
                  <Deadline at={view.waitingFor.until} zone={zone} />
                </dd>
              </>
            )}
          </>
        )}
        {visit.cancelReason !== null && (
          <>
            <dt>{t('case.reason')}</dt>
            <dd>{t(`reason.${visit.cancelReason}`, { defaultValue: visit.cancelReason })}</dd>
          </>
        )}
        {visit.overbookReason !== null && (
          <>
            <dt>{t('case.overbooked')}</dt>
            <dd>{visit.overbookReason}</dd>
          </>
        )}
      </dl>
      {done !== null && open === null && (
        <WhatNext action={done} visit={visit} view={view} zone={zone} onDone={finished} />
      )}
      {visit.mode === 'video' && <Telehealth id={visit.id} zone={zone} order={part} />}
      {open === null && view.lateOptions.length > 0 && (
        <LateChoices
          visit={visit}
          options={view.lateOptions}
          allowed={view.allowedActions}
          zone={zone}
          order={part}
          onMove={(when) => start('reschedule', when)}
          onDone={finished}
        />
      )}
      {open === null ? (
        <Actions visit={visit} allowed={view.allowedActions} onOpen={start} onDone={finished} />
      ) : (
        <section className="hs-card" aria-label={t(`action.${open}`)}>
          <Title order={part} mb="xs">
            {t(`action.${open}`)}
          </Title>
          <ActionForm visit={visit} action={open} within={within} onDone={finished} onCancel={() => setOpen(null)} />
        </section>
      )}
      <section>
        <Title order={part}>{t('case.timers')}</Title>
        {view.nextTimers.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('case.noTimers')}
          </Text>
        ) : (
          <dl className="hs-facts" data-timers>
            {view.nextTimers.map((timer) => (
              <Timer key={timer.name + timer.dueAt} name={timer.name} at={timer.dueAt} zone={zone} />
            ))}
          </dl>
        )}
      </section>
      <section>
        <Title order={part} mb={4}>
          {t('case.history')}
        </Title>
        <Timeline id={visit.id} entries={view.timeline} older={view.timelineCursor} zone={zone} />
      </section>
      {view.related.length > 0 && (
        <section>
          <Title order={part}>{t('case.related')}</Title>
          <ul className="hs-plain-list">
            {view.related.map((other) => (
              <li key={other.id}>
                <Related other={other} zone={zone} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <Group gap="md">
        {props.beside && (
          <LinkAnchor to="/cases/appointment/$id" params={{ id: visit.id }} size="sm">
            {t('case.whole')}
          </LinkAnchor>
        )}
        {view.temporalWebUrl !== null && (
          <Anchor href={view.temporalWebUrl} target="_blank" rel="noreferrer" size="sm">
            {t('case.temporal')} <IconExternalLink size={14} aria-hidden />
          </Anchor>
        )}
      </Group>
    </Stack>
  );
}

/** A timer that rings may change what can be done without a change that would be told: a visit becomes late. */
function useAskWhenDue({ id, nextTimers }: CaseView): void {
  const client = useQueryClient();
  useEffect(() => {
    const due = nextTimers.map((timer) => Date.parse(timer.dueAt) - Date.now()).find((ms) => ms > 0);
    if (due === undefined || due > DAY) return undefined;
    const ask = (): void => void client.invalidateQueries({ queryKey: ['case', 'appointment', id] });
    const timer = setTimeout(ask, due + 1_000);
    return () => clearTimeout(timer);
  }, [client, id, nextTimers]);
}
