/** Everything that happened to an intake: who, what, when and why; refusals and messages included. The newest first. */
import { Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { intakeCaseQuery } from '../api/intakes.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf } from '../lib/time.ts';
import { Answered } from '../parts/page.tsx';

interface Entry {
  readonly kind: string;
  readonly event: string;
  readonly code: string | null;
  readonly data: Readonly<Record<string, unknown>> | null;
}

export function Story({ id }: { readonly id: string }) {
  const { t, i18n } = useTranslation();
  const { can, zone } = useWorkplace();
  const story = useQuery({ ...intakeCaseQuery(id), enabled: can('case:read') });
  if (!can('case:read')) return null;
  const nameOf = ({ kind, event, code, data }: Entry): string => {
    if (kind === 'refused') return `${t('intakes.refused')}: ${t(`problem.${code ?? 'internal'}`)}`;
    if (kind === 'message') {
      const state = String(data?.['state'] ?? '');
      return [t('intakes.message'), t(`noticeState.${state}`, { defaultValue: state })].filter(Boolean).join(': ');
    }
    if (event.startsWith('escalation:')) return t(`escalationEvent.${event.slice('escalation:'.length)}`);
    return t(`intakeEvent.${event}`, { defaultValue: event });
  };
  return (
    <section aria-labelledby="intake-story" className="hs-stack">
      <Title order={2} id="intake-story">
        {t('intakes.story')}
      </Title>
      <Answered query={story} rows={4}>
        {({ timeline, temporalWebUrl }) => (
          <>
            <ol className="hs-plain-list hs-intake-story">
              {timeline.toReversed().map((entry, n) => (
                <li key={`${entry.at} ${n}`}>
                  <Text size="sm">
                    <strong>{nameOf(entry)}</strong>
                    {entry.reason !== null &&
                      ` · ${entry.kind === 'message' ? t(`skip.${entry.reason}`, { defaultValue: entry.reason }) : entry.reason}`}
                  </Text>
                  <Text size="xs" className="hs-quiet">
                    <span className="hs-num">{dateTimeOf(entry.at, zone, i18n.language)}</span>
                    {` · ${entry.actor?.name ?? t('intakes.byItself')}`}
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
    </section>
  );
}
