/** What the server accepts now; what is known and not possible is there too, disabled, with its reason. */
import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { IntakeAction } from '../../../domain/intake/intake.ts';
import type { IntakeDetail } from '../api/intakes.ts';
import { useWorkplace } from '../lib/session.ts';
import { Dialog } from '../parts/dialog.tsx';
import { ProblemAlert } from '../parts/problem.tsx';
import { IntakeActionForm, useIntakeAct } from './action-form.tsx';

/** These ask something first; the others are one press. */
const asks: ReadonlySet<IntakeAction> = new Set(['return', 'waive', 'verify-identity', 'cancel']);
/** Duplicates are decided beside both records, danger is acknowledged where it is told. */
const elsewhere: ReadonlySet<IntakeAction> = new Set(['resolve-match', 'ack-escalation', 'submit', 'withdraw']);
const first: readonly IntakeAction[] = ['approve', 'assign-review', 'reopen'];

export function IntakeActions(props: {
  readonly intake: IntakeDetail;
  readonly onDone: (action: IntakeAction) => void;
}) {
  const { t } = useTranslation();
  const { intake } = props;
  const { me } = useWorkplace();
  const [asked, setAsked] = useState<IntakeAction | null>(null);
  // What is not possible is shown where the page can say why: approving.
  const offered = intake.allowedActions.filter(
    ({ action, possible }) =>
      !elsewhere.has(action) &&
      // Whoever has the review need not take it again.
      (action !== 'assign-review' || intake.state !== 'in-review' || intake.assignedTo !== me.id) &&
      (possible || (action === 'approve' && intake.state === 'in-review')),
  );
  const approve = offered.find(({ action }) => action === 'approve');
  const blocked = approve !== undefined && !approve.possible ? blockersOf(intake) : [];
  if (offered.length === 0) return null;
  return (
    <section aria-label={t('intakes.actions')} className="hs-stack">
      <Group gap="xs">
        {offered
          .toSorted((a, b) => Number(first.includes(b.action)) - Number(first.includes(a.action)))
          .map(({ action, possible }) =>
            asks.has(action) || (action === 'resend-link' && intake.minorConsent?.confidential === true) ? (
              <Button key={action} variant="default" disabled={!possible} onClick={() => setAsked(action)}>
                {t(`intakeAction.${action}`)}
              </Button>
            ) : (
              <OnePress key={action} intake={intake} action={action} possible={possible} onDone={props.onDone} />
            ),
          )}
      </Group>
      {blocked.map((word) => (
        <Text key={word} size="sm">
          {t(`intakes.blocked.${word}`)}
        </Text>
      ))}
      <Dialog
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={asked === null ? '' : t(`intakeAction.${asked}`)}
      >
        {asked !== null && (
          <IntakeActionForm
            intake={intake}
            action={asked}
            onCancel={() => setAsked(null)}
            onDone={(action) => {
              setAsked(null);
              props.onDone(action);
            }}
          />
        )}
      </Dialog>
    </section>
  );
}

function OnePress(props: {
  readonly intake: IntakeDetail;
  readonly action: IntakeAction;
  readonly possible: boolean;
  readonly onDone: (action: IntakeAction) => void;
}) {
  const { t } = useTranslation();
  const { intake, action, possible } = props;
  const send = useIntakeAct(intake.id, action, props.onDone);
  return (
    <>
      <Button
        variant={first.includes(action) ? 'filled' : 'default'}
        disabled={!possible}
        loading={send.isPending}
        onClick={() => send.mutate({})}
      >
        {t(`intakeAction.${action}`)}
      </Button>
      <ProblemAlert error={send.error} />
    </>
  );
}

/** Why approving waits, in the order in which it should be dealt with. */
function blockersOf(intake: IntakeDetail): ('escalation' | 'duplicate' | 'consents')[] {
  return [
    ...(intake.escalation === 'open' ? (['escalation'] as const) : []),
    ...(intake.openMatches > 0 ? (['duplicate'] as const) : []),
    ...(intake.consentsMissing.length > 0 ? (['consents'] as const) : []),
  ];
}
