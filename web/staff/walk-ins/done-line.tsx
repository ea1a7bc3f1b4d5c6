/** What was done last, and the way back where there is one. */
import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { BoardQueue } from '../api/walk-ins.ts';
import { ProblemAlert } from '../parts/problem.tsx';
import { undoOf, useWalkInAct } from './use-act.ts';
import type { Step } from './use-act.ts';

export function DoneLine(props: {
  readonly step: Step | null;
  readonly queues: readonly BoardQueue[];
  readonly onDone: (step: Step) => void;
}) {
  const { t } = useTranslation();
  const { step, queues } = props;
  const word = step === null ? '' : step.action === 'move' ? 'move' : step.action;
  const queue = queues.find((one) => one.id === step?.after.queueId)?.name ?? '';
  const who = step?.after.practitioner?.name ?? '';
  return (
    <div className="hs-walk-in-done" role="status">
      {step !== null && (
        <>
          <span>{t(`walkInDone.${word}`, { ticket: step.after.ticket, queue, who })}</span>
          <Undo key={`${step.after.id} ${step.after.version}`} step={step} onDone={props.onDone} />
        </>
      )}
    </div>
  );
}

function Undo({ step, onDone }: { readonly step: Step; readonly onDone: (step: Step) => void }) {
  const { t } = useTranslation();
  const undo = undoOf(step);
  const send = useWalkInAct(step.after, undo?.action ?? 'return', onDone);
  if (undo === null || !step.after.allowedActions.includes(undo.action)) return null;
  return (
    <>
      <Button size="compact-sm" variant="default" loading={send.isPending} onClick={() => send.mutate(undo.body)}>
        {t('walkIns.undo')}
      </Button>
      <ProblemAlert error={send.error} />
    </>
  );
}
