/** Group sessions in order of time: how full, with whom, where; filters live in the address. */
import { Button, NativeSelect, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { groupsQuery } from '../api/groups.ts';
import type { GroupSession } from '../api/groups.ts';
import { practitionersQuery } from '../api/queries.ts';
import { useRowKeys } from '../frame/use-row-keys.ts';
import { changedSearch } from '../lib/search-params.ts';
import { useWorkplace } from '../lib/session.ts';
import { addDays, instant, startOfDay } from '../lib/time.ts';
import { useToday } from '../lib/use-now.ts';
import { Dialog } from '../parts/dialog.tsx';
import { LinkAnchor } from '../parts/links.tsx';
import { Answered, Empty, Page } from '../parts/page.tsx';
import type { GroupsSearch } from './routes.ts';
import { CreateForm } from './create-form.tsx';
import './groups.css';
import { GroupBadge, SeatsTaken, useSpan } from './words.tsx';

const route = getRouteApi('/frame/groups');
const ahead = 60;

export function GroupsPage() {
  const { t } = useTranslation();
  const { can, locations, zone } = useWorkplace();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const today = useToday(zone);
  const past = search.when === 'past';
  const midnight = instant(startOfDay(today, zone));
  const list = useQuery(
    groupsQuery({
      from: past ? instant(startOfDay(addDays(today, -ahead), zone)) : midnight,
      to: past ? midnight : instant(startOfDay(addDays(today, ahead), zone)),
      locationId: search.place,
      practitionerId: search.practitioner,
    }),
  );
  const practitioners = useQuery(practitionersQuery());
  const [creating, setCreating] = useState(false);
  const rows = useRef<HTMLUListElement>(null);
  useRowKeys(rows);
  const set = (next: Partial<GroupsSearch>): void =>
    void navigate({
      replace: true,
      search: (before) => changedSearch(before, next),
    });
  const orNone = (value: string): string | undefined => (value === '' ? undefined : value);
  return (
    <Page
      title={t('nav.groups')}
      actions={can('appointment:book') && <Button onClick={() => setCreating(true)}>{t('group.new')}</Button>}
    >
      <Dialog opened={creating} onClose={() => setCreating(false)} title={t('group.new')}>
        <CreateForm
          onCancel={() => setCreating(false)}
          onDone={(id) => void navigate({ to: '/groups/$id', params: { id } })}
        />
      </Dialog>
      <div className="hs-filters">
        <NativeSelect
          label={t('group.when')}
          value={past ? 'past' : 'ahead'}
          onChange={(event) => set({ when: event.currentTarget.value === 'past' ? 'past' : undefined })}
          data={(['ahead', 'past'] as const).map((value) => ({ value, label: t(`group.when.${value}`) }))}
        />
        <NativeSelect
          label={t('find.who')}
          value={search.practitioner ?? ''}
          onChange={(event) => set({ practitioner: orNone(event.currentTarget.value) })}
          data={[
            { value: '', label: t('find.anyone') },
            ...(practitioners.data?.items ?? []).map((one) => ({ value: one.id, label: one.name })),
          ]}
        />
        {locations.length > 1 && (
          <NativeSelect
            label={t('find.where')}
            value={search.place ?? ''}
            onChange={(event) => set({ place: orNone(event.currentTarget.value) })}
            data={[
              { value: '', label: t('find.anywhere') },
              ...locations.map((one) => ({ value: one.id, label: one.name })),
            ]}
          />
        )}
      </div>
      <Answered query={list} rows={4}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t(past ? 'group.nonePast' : 'group.none')} hint={t('group.noneHint')}>
              {can('appointment:book') && !past && (
                <Button variant="default" onClick={() => setCreating(true)}>
                  {t('group.new')}
                </Button>
              )}
            </Empty>
          ) : (
            <>
              <ul className="hs-plain-list hs-groups" ref={rows}>
                {(past ? items.toReversed() : items).map((session) => (
                  <li key={session.id}>
                    <Row session={session} />
                  </li>
                ))}
              </ul>
              <Text size="xs" className="hs-quiet">
                {t('group.keys')}
              </Text>
            </>
          )
        }
      </Answered>
    </Page>
  );
}

function Row({ session }: { readonly session: GroupSession }) {
  const { t } = useTranslation();
  const span = useSpan();
  return (
    <article className="hs-card hs-group">
      <div>
        <LinkAnchor to="/groups/$id" params={{ id: session.id }} data-row>
          {session.visitType.name}
        </LinkAnchor>{' '}
        <GroupBadge session={session} />
        <Text size="sm" className="hs-num">
          {span(session)}
        </Text>
        <Text size="sm" className="hs-quiet">
          {[session.practitioner.name, session.room?.name, session.location.name, t(`mode.${session.mode}`)]
            .filter(Boolean)
            .join(' · ')}
        </Text>
      </div>
      <SeatsTaken session={session} />
    </article>
  );
}
