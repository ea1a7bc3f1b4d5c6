/** What belongs to the case: other visits, tasks, messages. */
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { CaseView } from '../api/types.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf } from '../lib/time.ts';
import { LinkAnchor } from '../parts/links.tsx';

export function Related({ other, zone }: { readonly other: CaseView['related'][number]; readonly zone: string }) {
  const { t, i18n } = useTranslation();
  const { can } = useWorkplace();
  const { kind, relation, id } = other;
  const name =
    kind === 'staff-task'
      ? t(`task.${relation}`, { defaultValue: relation })
      : t(`related.${relation}`, { defaultValue: t(`related.${kind}`) });
  const state =
    kind === 'appointment'
      ? t(`state.${other.state}`)
      : kind === 'opening'
        ? t(`openingState.${other.state}`, { defaultValue: other.state })
        : t(`relatedState.${other.state}`, { defaultValue: other.state });
  const text = [name, other.at === null ? undefined : dateTimeOf(other.at, zone, i18n.language), state]
    .filter(Boolean)
    .join(' · ');
  if (kind === 'appointment') {
    return (
      <LinkAnchor to="/cases/appointment/$id" params={{ id }} size="sm">
        {text}
      </LinkAnchor>
    );
  }
  if (kind === 'staff-task') {
    return (
      <LinkAnchor to="/tasks" search={{ task: id, state: other.state === 'open' ? undefined : 'all' }} size="sm">
        {text}
      </LinkAnchor>
    );
  }
  if (kind === 'opening' && can('waitlist:read')) {
    return (
      <LinkAnchor to="/openings/$id" params={{ id }} size="sm">
        {text}
      </LinkAnchor>
    );
  }
  if (kind === 'absence') {
    return (
      <LinkAnchor to="/absences/$id" params={{ id }} size="sm">
        {text}
      </LinkAnchor>
    );
  }
  return <Text size="sm">{text}</Text>;
}
