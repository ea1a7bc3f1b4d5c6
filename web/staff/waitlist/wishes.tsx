/** What a patient waits for, on the patient's page: join, change, pause, leave. */
import { Button, Group, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { waitingStates } from '../../../domain/waitlist/waitlist.ts';
import type { Wish } from '../api/types.ts';
import { wishesQuery } from '../api/waitlist.ts';
import { SideDialog } from '../parts/dialog.tsx';
import { Answered, Empty } from '../parts/page.tsx';
import { EndedWish, WishCard } from './wish-card.tsx';
import { WishForm } from './wish-form.tsx';

export function Wishes(props: { readonly id: string; readonly zone: string; readonly mayManage: boolean }) {
  const { t } = useTranslation();
  const wishes = useQuery(wishesQuery(props.id));
  const [edited, setEdited] = useState<Wish | 'new' | null>(null);
  const close = (): void => setEdited(null);
  const add = (
    <Button variant="default" onClick={() => setEdited('new')}>
      {t('wait.add')}
    </Button>
  );
  return (
    <section aria-labelledby="wishes">
      <Group justify="space-between" gap="xs" mb={4}>
        <Title order={2} id="wishes">
          {t('wait.title')}
        </Title>
        {props.mayManage && (wishes.data?.items ?? []).some(waits) && add}
      </Group>
      <Answered query={wishes} rows={2}>
        {({ items }) => {
          const waiting = items.filter(waits);
          const ended = items.filter((wish) => !waits(wish));
          return (
            <>
              {waiting.length === 0 ? (
                <Empty title={t('wait.none')} hint={t('wait.noneHint')}>
                  {props.mayManage && add}
                </Empty>
              ) : (
                <ul className="hs-plain-list hs-openings">
                  {waiting.map((wish) => (
                    <li key={wish.id}>
                      <WishCard
                        wish={wish}
                        zone={props.zone}
                        mayManage={props.mayManage}
                        onChange={() => setEdited(wish)}
                      />
                    </li>
                  ))}
                </ul>
              )}
              {ended.length > 0 && (
                <details>
                  <summary className="hs-quiet">{t('wait.ended', { count: ended.length })}</summary>
                  <ul className="hs-plain-list hs-line">
                    {ended.map((wish) => (
                      <li key={wish.id}>
                        <EndedWish wish={wish} zone={props.zone} />
                      </li>
                    ))}
                  </ul>
                </details>
              )}
            </>
          );
        }}
      </Answered>
      <SideDialog
        opened={edited !== null}
        onClose={close}
        title={edited === 'new' ? t('wait.add') : t('wait.changeTitle')}
      >
        <WishForm patientId={props.id} wish={edited === 'new' ? null : edited} onDone={close} onCancel={close} />
      </SideDialog>
    </section>
  );
}

const waits = (wish: Wish): boolean => waitingStates.has(wish.state);
