/** The day: by practitioner and time or as a list, with the case beside it and the next case one key away. */
import { ActionIcon } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconX } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppointmentAction } from '../../../workflows/messages/appointment.ts';
import { dayQuery, practitionersQuery, rulesQuery } from '../api/queries.ts';
import type { Appointment } from '../api/types.ts';
import { CasePanel } from '../case/case-panel.tsx';
import { isTyping } from '../frame/is-typing.ts';
import { changedSearch } from '../lib/search-params.ts';
import { useWorkplace } from '../lib/session.ts';
import { longDayOf, startOfDay } from '../lib/time.ts';
import { useToday } from '../lib/use-now.ts';
import { SideDialog } from '../parts/dialog.tsx';
import { LinkAnchor, LinkButton } from '../parts/links.tsx';
import { Answered, Empty, Page } from '../parts/page.tsx';
import { shownState } from '../parts/states.tsx';
import { columnsOf } from './columns.ts';
import { DayCounts } from './day-counts.tsx';
import { DayFilters } from './day-filters.tsx';
import { DayGrid } from './grid.tsx';
import { layOut } from './layout.ts';
import { DayList } from './list.tsx';
import { useQuick } from './quick.ts';
import { QuickKeys } from './quick-keys.tsx';
import { DayTasks } from './tasks.tsx';

const route = getRouteApi('/frame/today');

export function TodayPage() {
  const { t, i18n } = useTranslation();
  const { can, location, zone } = useWorkplace();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const narrow = useMediaQuery('(max-width: 40em)', window.innerWidth < 640) === true;
  const beside = useMediaQuery('(min-width: 62em)', window.innerWidth >= 992) === true;
  const today = useToday(zone);
  const date = search.date !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(search.date) ? search.date : today;
  const view = narrow ? 'list' : (search.view ?? 'grid');
  const day = useQuery({
    ...dayQuery(date, location?.id ?? '', search.practitioner),
    placeholderData: keepPreviousData,
  });
  const practitioners = useQuery(practitionersQuery(location?.id));
  const rules = useQuery({
    ...rulesQuery({ locationId: location?.id }),
    enabled: view === 'grid' && location !== undefined,
  });
  const [begin, setBegin] = useState<AppointmentAction | undefined>();
  const panel = useRef<HTMLElement>(null);
  const opener = useRef<HTMLElement | null>(null);

  const set = (next: Partial<typeof search>): void =>
    void navigate({
      replace: true,
      search: (before) => changedSearch(before, next),
    });
  /** Whether the focus is in the case: beside the day or, where there is no room, in a dialog over it. */
  const inCase = (): boolean => document.activeElement?.closest('.hs-side, .hs-side-dialog') != null;
  const open = (visit: Appointment, with_?: AppointmentAction): void => {
    // Whoever goes on inside the panel still returns to where it was opened from.
    if (!inCase()) {
      opener.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    }
    setBegin(with_);
    set({ open: visit.id });
  };
  const close = (): void => {
    setBegin(undefined);
    set({ open: undefined });
    opener.current?.focus();
  };
  const quick = useQuick(open);

  const all = useMemo(
    () => (day.data?.items ?? []).toSorted((a, b) => (a.start ?? '').localeCompare(b.start ?? '')),
    [day.data],
  );
  const visits = useMemo(
    () => (search.state === undefined ? all : all.filter((visit) => shownState(visit) === search.state)),
    [all, search.state],
  );
  const columns = useMemo(
    () => columnsOf(practitioners.data?.items ?? [], all, search.practitioner),
    [practitioners.data, all, search.practitioner],
  );
  const grid = useMemo(
    () => layOut({ date, zone, visits, practitioners: columns, rules: rules.data?.items }),
    [date, zone, visits, columns, rules.data],
  );

  // The next case is one key away.
  useEffect(() => {
    if (search.open === undefined) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !isTyping(event.target)) close();
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      const shown = all.find((visit) => visit.id === search.open);
      if (shown !== undefined && inCase() && quick(shown, event.key)) {
        event.preventDefault();
        return;
      }
      const step = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0;
      if (step === 0) return;
      const next = visits[visits.findIndex((visit) => visit.id === search.open) + step];
      if (next !== undefined) open(next);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });
  useEffect(() => {
    // A form that opens at once has the focus already.
    if (panel.current?.contains(document.activeElement) === false) panel.current.focus();
  }, [search.open]);

  const title =
    date === today ? t('today.titleToday') : longDayOf(startOfDay(date, zone, 12 * 60), zone, i18n.language);
  const label = t('today.label', {
    day: longDayOf(startOfDay(date, zone, 12 * 60), zone, i18n.language),
    place: location?.name ?? '',
  });
  const casePanel =
    search.open === undefined ? null : (
      <CasePanel id={search.open} begin={begin} beside onChanged={() => setBegin(undefined)} />
    );

  return (
    <Page
      title={title}
      actions={
        <>
          {can('appointment:cancel-by-clinic') && date >= today && (
            <LinkButton
              to="/absences/new"
              search={{ what: search.practitioner === undefined ? undefined : `r:${search.practitioner}`, date }}
              variant="default"
            >
              {t('today.away')}
            </LinkButton>
          )}
          {can('appointment:book') && (
            <LinkButton to="/find" search={{ from: date >= today ? date : undefined }}>
              {t('today.book')}
            </LinkButton>
          )}
        </>
      }
    >
      <DayFilters
        search={search}
        date={date}
        today={today}
        view={view}
        narrow={narrow}
        set={set}
        practitioners={practitioners.data?.items ?? []}
      />
      <DayCounts visits={all} />
      {can('task:read') && <DayTasks visits={all} onOpen={open} />}
      <div className="hs-beside" data-open={casePanel !== null && beside ? true : undefined}>
        <div>
          {location === undefined ? (
            <Empty title={t('today.noPlaceTitle')} hint={t('today.noPlaceHint')} />
          ) : (
            <Answered query={day}>
              {() =>
                all.length === 0 && (view === 'list' || columns.length === 0) ? (
                  <Empty
                    title={t('today.emptyTitle')}
                    hint={columns.length === 0 ? t('today.emptyNobody') : t('today.emptyHint')}
                  >
                    {can('appointment:book') && columns.length > 0 && (
                      <LinkButton to="/find" search={{ from: date >= today ? date : undefined }}>
                        {t('today.book')}
                      </LinkButton>
                    )}
                    {can('schedule:manage') && columns.length === 0 && (
                      <LinkAnchor to="/admin/availability">{t('nav.availability')}</LinkAnchor>
                    )}
                  </Empty>
                ) : view === 'grid' ? (
                  <DayGrid
                    key={date}
                    day={grid}
                    zone={zone}
                    label={label}
                    open={search.open}
                    onOpen={open}
                    onFree={
                      can('appointment:book') && date >= today
                        ? (column) =>
                            void navigate({
                              to: '/find',
                              search: { practitioner: column.practitioner.id, from: date, to: date },
                            })
                        : undefined
                    }
                    onKey={quick}
                  />
                ) : visits.length === 0 ? (
                  <Empty title={t('today.noneTitle')} hint={t('today.noneHint')} />
                ) : (
                  <DayList visits={visits} zone={zone} open={search.open} onOpen={open} onKey={quick} />
                )
              }
            </Answered>
          )}
          {!narrow && <QuickKeys />}
        </div>
        {casePanel !== null && beside && (
          <aside className="hs-card hs-side" ref={panel} tabIndex={-1} aria-label={t('case.title')}>
            <ActionIcon
              variant="subtle"
              color="gray"
              className="hs-side-close"
              aria-label={t('common.close')}
              onClick={close}
            >
              <IconX size={18} aria-hidden />
            </ActionIcon>
            {casePanel}
          </aside>
        )}
      </div>
      {!beside && (
        <SideDialog opened={casePanel !== null} onClose={close} title={t('case.title')}>
          {casePanel}
        </SideDialog>
      )}
    </Page>
  );
}
