/** The parts of an intake by name, and how far somebody is. */
import type { ReactNode } from 'react';
import type { IntakeStep } from '../../../domain/intake/intake.ts';
import { Link } from '../router.tsx';
import { useSpeech } from '../words.tsx';
import type { Progress } from './intake-api.ts';

/** Those that this person is asked; a part that is not needed or waived has no page. */
export const stepsOf = ({ steps }: Progress): Progress['steps'] =>
  steps.filter(({ state }) => state !== 'not-needed' && state !== 'waived');

const done = new Set(['answered', 'waived']);

export function PartLine({ progress, step }: { readonly progress: Progress; readonly step: IntakeStep }): ReactNode {
  const { t } = useSpeech();
  const steps = stepsOf(progress);
  const number = steps.findIndex((each) => each.step === step) + 1;
  return (
    <div className="part">
      <p className="step" id="part">
        {t('intake.part', { number, count: steps.length, name: t(`intake.step.${step}`) })}
      </p>
      <progress aria-labelledby="part" max={100} value={progress.percent} />
    </div>
  );
}

/** All parts; the ones that can be opened are links. */
export function PartList({ progress, here }: { readonly progress: Progress; readonly here?: IntakeStep }): ReactNode {
  const { t } = useSpeech();
  const steps = stepsOf(progress);
  const reached = steps.findIndex(({ step }) => step === progress.step);
  return (
    <ol className="parts">
      {steps.map(({ step, state }, index) => {
        const open = state !== 'open' || index <= reached || reached < 0;
        const name = t(`intake.step.${step}`);
        const label = done.has(state) ? 'answered' : state === 'returned' ? 'returned' : state;
        return (
          <li key={step} aria-current={step === here ? 'step' : undefined}>
            {open && step !== here ? <Link to={`/intake/${progress.id}/${step}`}>{name}</Link> : <span>{name}</span>}{' '}
            <span className="hint">{t(`intake.stepState.${label}` as 'intake.stepState.open')}</span>
          </li>
        );
      })}
    </ol>
  );
}
