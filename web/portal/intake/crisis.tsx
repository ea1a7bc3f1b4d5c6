/** Help at the moment of the answer. It is said at once, and stays while the person goes on. */
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { IntakeStep } from '../../../domain/intake/intake.ts';
import { mostUrgentFirst, redFlagsIn } from '../../../domain/intake/red-flags.ts';
import type { Answers } from '../../../domain/questionnaire/questionnaire-answers.ts';
import { useSpeech } from '../words.tsx';
import type { Crisis } from './intake-api.ts';

/** The most urgent first, as they come; each with its own numbers. */
export function CrisisBox({ crisis }: { readonly crisis: readonly Crisis[] }): ReactNode {
  return (
    <div role="alert">
      {crisis.map((help) => (
        <section className="crisis" key={help.rule}>
          <h2>{help.title}</h2>
          <p>{help.text}</p>
          {help.phones.map((phone) => (
            <a key={phone.label + phone.number} className="button danger" href={hrefOf(phone)}>
              {phone.label} <bdi dir="ltr">{phone.number.replace(/^https:\/\//, '')}</bdi>
            </a>
          ))}
        </section>
      ))}
    </div>
  );
}

function hrefOf({ number, kind }: Crisis['phones'][number] & { readonly kind?: string | undefined }): string {
  if (number.startsWith('https://')) return number;
  return `${kind === 'text' ? 'sms' : 'tel'}:${number.replaceAll(/[^\d+]/g, '')}`;
}

/**
 * What the answers call for, without waiting for the server: its own answer, which follows, knows the same rules.
 * @param region ISO 3166 of the clinic; null: without numbers of the place
 */
export function useCrisis(step: IntakeStep, answers: Answers, region: string | null): readonly Crisis[] {
  const { language } = useSpeech();
  const rules = redFlagsIn(step, answers)
    .map(({ rule }) => rule)
    .join(' ');
  const [help, setHelp] = useState<{ readonly rules: string; readonly crisis: readonly Crisis[] } | null>(null);
  useEffect(() => {
    if (rules === '') return;
    let current = true;
    void import('../../../domain/intake/crisis-help.ts').then(({ crisisHelp }) => {
      if (!current) return undefined;
      const crisis = mostUrgentFirst(rules.split(' ')).map((rule) => crisisHelp(rule, language, region));
      setHelp({ rules, crisis: crisis as unknown as readonly Crisis[] });
      return undefined;
    });
    return () => {
      current = false;
    };
  }, [rules, language, region]);
  // The numbers are here before they are needed, also where the connection is lost just then.
  const mayCome = step === 'reason' || step === 'screens';
  useEffect(() => {
    if (mayCome) void import('../../../domain/intake/crisis-help.ts');
  }, [mayCome]);
  return rules !== '' && help?.rules === rules ? help.crisis : nothing;
}

const nothing: readonly Crisis[] = [];
