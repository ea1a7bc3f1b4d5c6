/** Every open intake by state, the soonest due first; ended ones by the filter, which lives in the address. */
import './intakes.css';
import { Button, NativeSelect, Text, Title } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { intakeStates } from '../../../domain/intake/intake.ts';
import type { IntakeState } from '../../../domain/intake/intake.ts';
import { intakesQuery } from '../api/intakes.ts';
import type { Intake } from '../api/intakes.ts';
import { useRowKeys } from '../frame/use-row-keys.ts';
import { useWorkplace } from '../lib/session.ts';
import { SideDialog } from '../parts/dialog.tsx';
import { Answered, Empty, Page } from '../parts/page.tsx';
import { useStill } from '../waitlist/use-still.ts';
import { IntakeCard } from './intake-card.tsx';
import { StartForm } from './start-form.tsx';

const route = getRouteApi('/frame/intakes');

/** What hurts first stands first: what the clinic owes, then what the patient has to do. */
const columns = ['submitted', 'in-review', 'returned', 'in-progress', 'invited'] as const;
type Column = (typeof columns)[number];
const columnOf = ({ state }: Intake): Column => columns.find((column) => column === state) ?? 'invited';

export function IntakesPage() {
  const { t } = useTranslation();
  const { can } = useWorkplace();
  const { state } = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery(intakesQuery(state));
  const items = useMemo(() => list.data?.pages.flatMap((page) => page.items), [list.data]);
  const [starting, setStarting] = useState(false);
  return (
    <Page
      title={t('nav.intakes')}
      actions={can('intake:manage') && <Button onClick={() => setStarting(true)}>{t('intakes.start')}</Button>}
    >
      <div className="hs-filters">
        <NativeSelect
          label={t('intakes.show')}
          value={state ?? ''}
          onChange={(event) => {
            const chosen = intakeStates.find((one) => one === event.currentTarget.value);
            void navigate({ replace: true, search: chosen === undefined ? {} : { state: chosen } });
          }}
          data={[
            { value: '', label: t('intakes.allOpen') },
            ...intakeStates
              .filter((one) => one !== 'created')
              .map((one) => ({ value: one, label: t(`intakeState.${one}`) })),
          ]}
        />
      </div>
      <Answered query={{ ...list, data: items }}>
        {(intakes) =>
          intakes.length === 0 ? (
            <Empty
              title={state === undefined ? t('intakes.emptyTitle') : t('intakes.noneInState')}
              hint={t('intakes.emptyHint')}
            />
          ) : state === undefined ? (
            <Board intakes={intakes} />
          ) : (
            <Flat intakes={intakes} />
          )
        }
      </Answered>
      {list.hasNextPage && (
        <div>
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t('intakes.more')}
          </Button>
        </div>
      )}
      <SideDialog opened={starting} onClose={() => setStarting(false)} title={t('intakes.start')}>
        <StartForm
          onCancel={() => setStarting(false)}
          onDone={(id) => {
            setStarting(false);
            void navigate({ to: '/intakes/$id', params: { id } });
          }}
        />
      </SideDialog>
    </Page>
  );
}

function Flat({ intakes }: { readonly intakes: readonly Intake[] }) {
  const list = useRef<HTMLUListElement>(null);
  useRowKeys(list);
  return (
    <ul className="hs-plain-list hs-intake-list" ref={list}>
      {intakes.map((intake) => (
        <li key={intake.id}>
          <IntakeCard intake={intake} />
        </li>
      ))}
    </ul>
  );
}

function Board({ intakes }: { readonly intakes: readonly Intake[] }) {
  const { t } = useTranslation();
  const [pointed, setPointed] = useState(false);
  const narrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  const board = useRef<HTMLDivElement>(null);
  useRowKeys(board);
  const { placed, waiting } = useStill(intakes, columns, columnOf, pointed);
  // On a telephone an empty column is only something to scroll past.
  const shown = narrow ? columns.filter((column) => placed[column].length > 0) : columns;
  return (
    <>
      <div
        ref={board}
        className="hs-intake-board"
        onPointerEnter={(event) => setPointed(event.pointerType === 'mouse')}
        onPointerLeave={() => setPointed(false)}
      >
        {shown.map((column) => (
          <section key={column} aria-labelledby={`intakes-${column}`}>
            <Title order={2} id={`intakes-${column}`}>
              {t(`intakeState.${column satisfies IntakeState}`)}{' '}
              <span className="hs-quiet hs-num">{placed[column].length}</span>
            </Title>
            {placed[column].length === 0 ? (
              <Text size="sm" className="hs-quiet">
                {t('intakes.noneHere')}
              </Text>
            ) : (
              <ul className="hs-plain-list hs-intake-list">
                {placed[column].map((intake) => (
                  <li key={intake.id}>
                    <IntakeCard intake={intake} />
                  </li>
                ))}
              </ul>
            )}
          </section>
        ))}
      </div>
      <Text size="xs" className="hs-quiet" role="status">
        {waiting ? t('openings.held') : ''}
      </Text>
    </>
  );
}
