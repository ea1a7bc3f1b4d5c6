/** The board of freed times: what is offered now and to whom, what waits, what staff paused; filters live in the address. */
import { Button, NativeSelect, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { openingsQuery } from '../api/waitlist.ts';
import type { OpeningItem } from '../api/types.ts';
import { useRowKeys } from '../frame/use-row-keys.ts';
import { changedSearch } from '../lib/search-params.ts';
import { useWorkplace } from '../lib/session.ts';
import { LinkButton } from '../parts/links.tsx';
import { Answered, Empty, Page } from '../parts/page.tsx';
import type { OpeningsSearch } from './routes.ts';
import { BoardCard } from './board-card.tsx';
import { groupOf } from './opening-state.tsx';
import { useStill } from './use-still.ts';

const route = getRouteApi('/frame/openings');
const columns = ['offering', 'waiting', 'paused'] as const;
const empty: Readonly<Record<(typeof columns)[number], string>> = {
  offering: 'openings.noneOffering',
  waiting: 'openings.noneWaiting',
  paused: 'openings.nonePaused',
};

export function OpeningsPage() {
  const { t } = useTranslation();
  const { locations } = useWorkplace();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const shown = search.state ?? 'live';
  const list = useInfiniteQuery(openingsQuery({ state: shown, locationId: search.place }));
  const items = useMemo(() => list.data?.pages.flatMap((page) => page.items), [list.data]);
  const set = (next: Partial<OpeningsSearch>): void =>
    void navigate({
      replace: true,
      search: (before) => changedSearch(before, next),
    });
  const filtered = search.place !== undefined;
  return (
    <Page title={t('nav.openings')}>
      <div className="hs-filters">
        <NativeSelect
          label={t('openings.state')}
          value={shown}
          onChange={(event) => set({ state: event.currentTarget.value === 'ended' ? 'ended' : undefined })}
          data={(['live', 'ended'] as const).map((value) => ({ value, label: t(`openings.state.${value}`) }))}
        />
        {locations.length > 1 && (
          <NativeSelect
            label={t('openings.place')}
            value={search.place ?? ''}
            onChange={(event) =>
              set({ place: event.currentTarget.value === '' ? undefined : event.currentTarget.value })
            }
            data={[
              { value: '', label: t('openings.everyPlace') },
              ...locations.map((one) => ({ value: one.id, label: one.name })),
            ]}
          />
        )}
      </div>
      <Answered query={{ ...list, data: items }}>
        {(openings) =>
          openings.length === 0 ? (
            <Empty
              title={shown === 'live' ? t('openings.emptyTitle') : t('openings.noneEnded')}
              hint={filtered ? t('openings.noneHint') : t('openings.emptyHint')}
            >
              {shown === 'live' && (
                <>
                  <LinkButton to="/patients" search={{}} variant="default">
                    {t('openings.findPatient')}
                  </LinkButton>
                  <Button variant="default" onClick={() => set({ state: 'ended' })}>
                    {t('openings.showEnded')}
                  </Button>
                </>
              )}
            </Empty>
          ) : shown === 'live' ? (
            <Columns openings={openings} />
          ) : (
            <ul className="hs-plain-list hs-openings">
              {openings.map((opening) => (
                <li key={opening.id}>
                  <BoardCard opening={opening} />
                </li>
              ))}
            </ul>
          )
        }
      </Answered>
      {list.hasNextPage && (
        <div>
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t('openings.more')}
          </Button>
        </div>
      )}
    </Page>
  );
}

function Columns({ openings }: { readonly openings: readonly OpeningItem[] }) {
  const { t } = useTranslation();
  const [pointed, setPointed] = useState(false);
  const board = useRef<HTMLDivElement>(null);
  useRowKeys(board);
  const { placed, waiting } = useStill(openings, columns, columnOf, pointed);
  return (
    <>
      <div
        ref={board}
        className="hs-board"
        onPointerEnter={(event) => setPointed(event.pointerType === 'mouse')}
        onPointerLeave={() => setPointed(false)}
      >
        {columns.map((column) => (
          <section key={column} aria-labelledby={`column-${column}`}>
            <Title order={2} id={`column-${column}`}>
              {t(`openings.column.${column}`)} <span className="hs-quiet hs-num">{placed[column].length}</span>
            </Title>
            {placed[column].length === 0 ? (
              <Text size="sm" className="hs-quiet">
                {t(empty[column])}
              </Text>
            ) : (
              <ul className="hs-plain-list hs-openings">
                {placed[column].map((opening) => (
                  <li key={opening.id}>
                    <BoardCard opening={opening} />
                  </li>
                ))}
              </ul>
            )}
          </section>
        ))}
      </div>
      <Text size="xs" className="hs-quiet">
        {waiting ? t('openings.held') : t('openings.keys')}
      </Text>
    </>
  );
}

/** What ended while it was pointed at stays in its column; anything else that is not live has none here. */
function columnOf(opening: OpeningItem): (typeof columns)[number] {
  const group = groupOf(opening);
  return group === 'ended' ? 'waiting' : group;
}
