/** Everything that happened to a walk-in: who, what, when and why; refusals included. */
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { walkInCaseQuery } from '../api/walk-ins.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf } from '../lib/time.ts';
import { Answered } from '../parts/page.tsx';
import { walkInReasons } from './action-form.tsx';

const known: ReadonlySet<string> = new Set(Object.values(walkInReasons).flat());

export function History({ id }: { readonly id: string }) {
  const { t, i18n } = useTranslation();
  const { zone } = useWorkplace();
  const story = useQuery(walkInCaseQuery(id));
  return (
    <Answered query={story}>
      {({ timeline, temporalWebUrl }) => (
        <>
          <ol className="hs-plain-list hs-walk-in-history">
            {timeline.map((entry, n) => (
              <li key={`${entry.at} ${n}`}>
                <Text size="sm">
                  <strong>
                    {entry.kind === 'refused'
                      ? `${t('walkIns.refused')}: ${t(`problem.${entry.code ?? 'internal'}`)}`
                      : t(`walkInEvent.${entry.event}`)}
                  </strong>
                  {entry.reason !== null &&
                    ` · ${known.has(entry.reason) ? t(`walkInReason.${entry.reason}`) : entry.reason}`}
                </Text>
                <Text size="xs" className="hs-quiet">
                  <span className="hs-num">{dateTimeOf(entry.at, zone, i18n.language)}</span>
                  {entry.actor !== null && ` · ${entry.actor.name ?? t('walkIns.bySystem')}`}
                </Text>
              </li>
            ))}
          </ol>
          {temporalWebUrl !== null && (
            <a href={temporalWebUrl} target="_blank" rel="noreferrer">
              Temporal Web
            </a>
          )}
        </>
      )}
    </Answered>
  );
}
