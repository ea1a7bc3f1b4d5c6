/** Charts that may be one person’s, the surest first; those that are decided; and the merges, newest first. */
import './identity.css';
import { Button, NativeSelect, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { matchesQuery, mergesQuery } from '../api/identity.ts';
import type { Match, MatchState, Merge } from '../api/identity.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf } from '../lib/time.ts';
import { LinkAnchor } from '../parts/links.tsx';
import { Answered, Empty, Page } from '../parts/page.tsx';

const route = getRouteApi('/frame/identity');
const shows = ['open', 'new', 'dismissed', 'merges'] as const;
type Show = (typeof shows)[number];

export function IdentityPage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const show: Show = search.show ?? 'open';
  return (
    <Page title={t('nav.identity')}>
      <div className="hs-filters">
        <NativeSelect
          label={t('identity.show')}
          value={show}
          onChange={(event) => {
            const next = event.currentTarget.value as Show;
            void navigate({ replace: true, search: next === 'open' ? {} : { show: next } });
          }}
          data={shows.map((value) => ({ value, label: t(`identity.shows.${value}`) }))}
        />
      </div>
      {show === 'merges' ? <Merges /> : <Matches state={show} />}
    </Page>
  );
}

function Matches({ state }: { readonly state: MatchState }) {
  const { t } = useTranslation();
  const list = useInfiniteQuery(matchesQuery(state));
  return (
    <>
      <Answered query={list}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) return <Empty title={t('identity.none')} hint={t('identity.noneHint')} />;
          return (
            <ul className="hs-plain-list hs-pairs">
              {items.map((item) => (
                <li key={item.id}>
                  <PairCard item={item} />
                </li>
              ))}
            </ul>
          );
        }}
      </Answered>
      <More query={list} />
    </>
  );
}

function PairCard({ item }: { readonly item: Match }) {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  const differ = item.weights.filter(({ level }) => level === 'different').map(({ field }) => t(`identityField.${field}`)); // prettier-ignore
  return (
    <article className="hs-card" aria-label={t('identity.pair', { a: item.patient.name.text, b: item.other.name.text })}>
      <div className="hs-pair-head">
        <LinkAnchor to="/identity/$id" params={{ id: item.id }} fw={600}>
          {t('identity.pair', { a: item.patient.name.text, b: item.other.name.text })}
        </LinkAnchor>
        <Text size="sm">
          {t(`identityGrade.${item.grade}`)} · <span className="hs-num">{t('identity.bits', { bits: item.score })}</span>
        </Text>
      </div>
      <Text size="sm">
        {item.patient.birthDate ?? t('identity.unknown')} · {item.other.birthDate ?? t('identity.unknown')}
      </Text>
      {differ.length > 0 && <Text size="sm">{t('identity.differ', { fields: differ.join(', ') })}</Text>}
      <Text size="xs" className="hs-quiet">
        {t('identity.found')} <span className="hs-num">{dateTimeOf(item.foundAt, zone, i18n.language)}</span>
        {item.resolvedBy !== null && ` · ${t(`identityState.${item.state}`)}: ${item.resolvedBy}`}
      </Text>
    </article>
  );
} // prettier-ignore

function Merges() {
  const { t } = useTranslation();
  const list = useInfiniteQuery(mergesQuery);
  return (
    <>
      <Answered query={list}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) return <Empty title={t('identity.noMerges')} hint={t('identity.noMergesHint')} />;
          return (
            <ul className="hs-plain-list hs-pairs">
              {items.map((item) => (
                <li key={item.id}>
                  <MergeCard item={item} />
                </li>
              ))}
            </ul>
          );
        }}
      </Answered>
      <More query={list} />
    </>
  );
}

function MergeCard({ item }: { readonly item: Merge }) {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  const title = t('identity.pair', { a: item.merged.name.text, b: item.survivor.name.text });
  return (
    <article className="hs-card" aria-label={title}>
      <div className="hs-pair-head">
        <LinkAnchor to="/identity/merges/$id" params={{ id: item.id }} fw={600}>
          {title}
        </LinkAnchor>
        <Text size="sm">{t(`mergeState.${item.state}`)}</Text>
        {item.automatic && <Text size="sm">{t('identity.automatic')}</Text>}
      </div>
      <Text size="xs" className="hs-quiet">
        <span className="hs-num">{dateTimeOf(item.requestedAt, zone, i18n.language)}</span> · {item.requestedBy}
      </Text>
    </article>
  );
}

function More({ query }: { readonly query: { hasNextPage: boolean; fetchNextPage: () => unknown; isFetchingNextPage: boolean } }) {
  const { t } = useTranslation();
  if (!query.hasNextPage) return null;
  return (
    <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
      {t('identity.more')}
    </Button>
  );
} // prettier-ignore
