/**
 * The wizard: who or what is away, from when until when and why; then everybody it falls upon is shown, and nothing has
 * happened yet; then it is declared. What was typed is kept on the way back.
 */
import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { declareAbsence, previewAbsence } from '../api/absences.ts';
import type { Affected, Declaration } from '../api/absences.ts';
import { newKey } from '../../shared/api-client.ts';
import { useWorkplace } from '../lib/session.ts';
import { dateTimeOf, localDay } from '../lib/time.ts';
import { LinkAnchor } from '../parts/links.tsx';
import { Empty, Page } from '../parts/page.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { Badge } from '../parts/states.tsx';
import './absences.css';
import { AbsenceForm } from './absence-form.tsx';
import { emptyDraft, toDeclaration, useZoneOf } from './draft.ts';

const route = getRouteApi('/frame/absences/new');

export function DeclareAbsencePage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const { zone } = useWorkplace();
  const [draft, setDraft] = useState(() => emptyDraft(search.what ?? '', search.date ?? localDay(Date.now(), zone)));
  const zoneOf = useZoneOf();
  const [previewed, setPreviewed] = useState<Declaration | null>(null);
  const preview = useMutation({ mutationFn: previewAbsence, onSuccess: (_answer, body) => setPreviewed(body) });
  return (
    <Page title={t('absence.declare')} narrow>
      <LinkAnchor to="/absences" search={{}} size="sm">
        {t('absence.back')}
      </LinkAnchor>
      <Text size="sm" className="hs-quiet" role="status">
        {previewed === null ? t('absence.step1') : t('absence.step2')}
      </Text>
      {previewed === null || preview.data === undefined ? (
        <AbsenceForm
          draft={draft}
          zone={zoneOf(draft.what)}
          error={preview.error}
          busy={preview.isPending}
          onChange={(next) => setDraft((before) => ({ ...before, ...next }))}
          onSubmit={() => preview.mutate(toDeclaration(draft, zoneOf(draft.what)))}
        />
      ) : (
        <Preview
          body={previewed}
          affected={preview.data.affected}
          zone={zoneOf(draft.what)}
          onBack={() => setPreviewed(null)}
        />
      )}
    </Page>
  );
}

function Preview(props: {
  readonly body: Declaration;
  readonly affected: readonly Affected[];
  readonly zone: string;
  readonly onBack: () => void;
}) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const navigate = route.useNavigate();
  const { affected, zone } = props;
  // Pressing again says the same once more: nothing is declared twice.
  const [key] = useState(newKey);
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus(), []);
  const declare = useMutation({
    mutationFn: () => declareAbsence(props.body, key),
    onSuccess: ({ absence }) => {
      for (const one of ['absences', 'appointments', 'availability', 'tasks'])
        void client.invalidateQueries({ queryKey: [one] });
      if (absence !== null) void navigate({ to: '/absences/$id', params: { id: absence.id } });
    },
  });
  const patients = new Set(affected.filter((one) => one.state === 'affected').map((one) => one.appointment.patientId))
    .size;
  return (
    <Stack gap="sm">
      <Title order={2} ref={head} tabIndex={-1}>
        {t('absence.hits', { count: affected.length })}
      </Title>
      {affected.length === 0 ? (
        <Empty title={t('absence.nobodyTitle')} hint={t('absence.nobodyPreview')} />
      ) : (
        <ul className="hs-plain-list">
          {affected.map(({ appointment: visit, state }) => (
            <li key={visit.id}>
              <Group gap="xs" py={2}>
                <span className="hs-num">
                  {visit.start === null ? '' : dateTimeOf(visit.start, visit.timeZone ?? zone, i18n.language)}
                </span>
                {visit.patient.name}
                <span className="hs-quiet">
                  {[visit.visitType.name, visit.practitioner?.name].filter(Boolean).join(' · ')}
                </span>
                {state !== 'affected' && <Badge tone="neutral">{t(`absenceCase.${state}`)}</Badge>}
              </Group>
            </li>
          ))}
        </ul>
      )}
      <Text size="sm">{t('absence.tells', { count: patients })}</Text>
      <ProblemAlert error={declare.error} />
      <Group gap="xs">
        <Button loading={declare.isPending} onClick={() => declare.mutate()}>
          {t('absence.yes')}
        </Button>
        <Button variant="default" disabled={declare.isPending} onClick={props.onBack}>
          {t('absence.change')}
        </Button>
      </Group>
    </Stack>
  );
}
