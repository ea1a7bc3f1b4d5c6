/** Proposed fees and deposits: why each is there, and what is decided about it. Filters live in the address. */
import { Alert, Button, NativeSelect } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { chargeKinds, chargeStates } from '../../../domain/appointment/charge.ts';
import type { ChargeAction } from '../../../domain/appointment/charge.ts';
import { chargesQuery } from '../api/charges.ts';
import type { Charge } from '../api/charges.ts';
import { useRowKeys } from '../frame/use-row-keys.ts';
import { changedSearch } from '../lib/search-params.ts';
import { Answered, Empty, Page } from '../parts/page.tsx';
import type { ChargesSearch } from './routes.ts';
import { ChargeCard } from './charge-card.tsx';
import { Decided } from './decided.tsx';
import './charges.css';

const route = getRouteApi('/frame/charges');
const filters = [...chargeStates, 'all'] as const;

export function ChargesPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const state = search.state ?? 'proposed';
  const list = useInfiniteQuery(chargesQuery({ state, kind: search.kind }));
  const items = useMemo(() => list.data?.pages.flatMap((page) => page.items), [list.data]);
  const [last, setLast] = useState<{ readonly charge: Charge; readonly action: ChargeAction } | null>(null);
  const rows = useRef<HTMLUListElement>(null);
  const said = useRef<HTMLDivElement>(null);
  useRowKeys(rows);
  // The row that was decided may have left the list, and the focus with it.
  useEffect(() => {
    if (last !== null) said.current?.focus();
  }, [last]);
  const set = (next: Partial<ChargesSearch>): void =>
    void navigate({
      replace: true,
      search: (before) => changedSearch(before, next),
    });
  const decided = async (charge: Charge, action: ChargeAction): Promise<void> => {
    await client.invalidateQueries({ queryKey: ['charges'] });
    setLast({ charge, action });
  };
  return (
    <Page title={t('nav.charges')}>
      <Alert className="hs-alert" data-tone="info" icon={<IconInfoCircle aria-hidden />}>
        {t('charges.noMoney')}
      </Alert>
      <div ref={said} tabIndex={-1} className="hs-charge-said" role="status">
        {last !== null && <Decided key={last.charge.version} {...last} onDone={(...done) => void decided(...done)} />}
      </div>
      <div className="hs-filters">
        <NativeSelect
          label={t('charges.state')}
          value={state}
          onChange={(event) => {
            const chosen = filters.find((one) => one === event.currentTarget.value);
            set({ state: chosen === 'proposed' ? undefined : chosen });
          }}
          data={filters.map((value) => ({ value, label: t(`charges.state.${value}`) }))}
        />
        <NativeSelect
          label={t('charges.kind')}
          value={search.kind ?? ''}
          onChange={(event) => set({ kind: chargeKinds.find((one) => one === event.currentTarget.value) })}
          data={[
            { value: '', label: t('charges.everyKind') },
            ...chargeKinds.map((value) => ({ value, label: t(`charges.kind.${value}`) })),
          ]}
        />
      </div>
      <Answered query={{ ...list, data: items }}>
        {(charges) =>
          charges.length === 0 ? (
            <Empty
              title={state === 'proposed' ? t('charges.emptyTitle') : t('charges.noneTitle')}
              hint={search.kind === undefined ? t('charges.emptyHint') : t('charges.filteredHint')}
            />
          ) : (
            <ul className="hs-plain-list hs-charges" ref={rows}>
              {charges.map((charge) => (
                <li key={charge.id}>
                  <ChargeCard charge={charge} onDone={(...done) => void decided(...done)} />
                </li>
              ))}
            </ul>
          )
        }
      </Answered>
      {list.hasNextPage && (
        <div>
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t('charges.more')}
          </Button>
        </div>
      )}
    </Page>
  );
}
