/** Who and what is away, and how far everybody affected is; the filter lives in the address. */
import { Button, NativeSelect, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { absencesQuery } from '../api/absences.ts';
import type { Absence } from '../api/absences.ts';
import { useRowKeys } from '../frame/use-row-keys.ts';
import { useWorkplace } from '../lib/session.ts';
import { LinkAnchor, LinkButton } from '../parts/links.tsx';
import { Answered, Empty, Page } from '../parts/page.tsx';
import './absences.css';
import { AbsenceProgress } from './progress.tsx';
import { AbsenceBadge, useSpan, whatOf } from './words.tsx';

const route = getRouteApi('/frame/absences');

export function AbsencesPage() {
  const { t } = useTranslation();
  const { can } = useWorkplace();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const shown = search.state ?? 'open';
  const list = useInfiniteQuery(absencesQuery(shown));
  const items = useMemo(() => list.data?.pages.flatMap((page) => page.items), [list.data]);
  const rows = useRef<HTMLUListElement>(null);
  useRowKeys(rows);
  const declare = can('appointment:cancel-by-clinic') && (
    <LinkButton to="/absences/new" search={{}}>
      {t('absence.declare')}
    </LinkButton>
  );
  const show = (state: 'ended' | undefined): void => void navigate({ replace: true, search: { state } });
  return (
    <Page title={t('nav.absences')} actions={declare}>
      <div className="hs-filters">
        <NativeSelect
          label={t('absence.state')}
          value={shown}
          onChange={(event) => show(event.currentTarget.value === 'ended' ? 'ended' : undefined)}
          data={(['open', 'ended'] as const).map((value) => ({ value, label: t(`absence.state.${value}`) }))}
        />
      </div>
      <Answered query={{ ...list, data: items }} rows={4}>
        {(absences) =>
          absences.length === 0 ? (
            <Empty
              title={shown === 'open' ? t('absence.emptyTitle') : t('absence.noneEnded')}
              hint={t('absence.emptyHint')}
            >
              {shown === 'open' && (
                <Button variant="default" onClick={() => show('ended')}>
                  {t('absence.showEnded')}
                </Button>
              )}
            </Empty>
          ) : (
            <>
              <ul className="hs-plain-list hs-absence-list" ref={rows}>
                {absences.map((absence) => (
                  <li key={absence.id}>
                    <Row absence={absence} />
                  </li>
                ))}
              </ul>
              <Text size="xs" className="hs-quiet">
                {t('absence.keys')}
              </Text>
            </>
          )
        }
      </Answered>
      {list.hasNextPage && (
        <div>
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t('absence.more')}
          </Button>
        </div>
      )}
    </Page>
  );
}

function Row({ absence }: { readonly absence: Absence }) {
  const { t } = useTranslation();
  const span = useSpan();
  const calls = absence.progress.byState['to-call'] ?? 0;
  return (
    <article className="hs-card hs-absence">
      <div>
        <LinkAnchor to="/absences/$id" params={{ id: absence.id }} data-row>
          {whatOf(absence)}
        </LinkAnchor>{' '}
        <AbsenceBadge state={absence.state} />
        <Text size="sm">
          {t(`absenceKind.${absence.kind}`)} · {span(absence)}
        </Text>
        <Text size="sm" className="hs-quiet">
          {t(`reason.${absence.reason}`, { defaultValue: absence.reason })}
          {calls > 0 && ` · ${t('absence.calls', { count: calls })}`}
        </Text>
      </div>
      <AbsenceProgress absence={absence} />
    </article>
  );
}
