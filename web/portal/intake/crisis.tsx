/** Help at the moment of the answer. It is said at once, and stays while the person goes on. */
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { IntakeStep } from '../../../domain/intake.ts';
import { redFlagsIn } from '../../../domain/red-flags.ts';
import type { Answers } from '../../../domain/questionnaire-answers.ts';
import { useSpeech } from '../words.tsx';
import type { Crisis } from './intake-api.ts';

export function CrisisBox({ crisis }: { readonly crisis: Crisis | null }): ReactNode {
  return (
    <div role="alert">
      {crisis !== null && (
        <section className="crisis">
          <h2>{crisis.title}</h2>
          <p>{crisis.text}</p>
          {crisis.phones.map((phone) => (
            <a key={phone.label + phone.number} className="button danger" href={hrefOf(phone)}>
              {phone.label} <bdi dir="ltr">{phone.number.replace(/^https:\/\//, '')}</bdi>
            </a>
          ))}
        </section>
      )}
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
export function useCrisis(step: IntakeStep, answers: Answers, region: string | null): Crisis | null {
  const { language } = useSpeech();
  const rule = redFlagsIn(step, answers)[0]?.rule ?? null;
  const [help, setHelp] = useState<{ readonly rule: string; readonly crisis: Crisis } | null>(null);
  useEffect(() => {
    if (rule === null) return;
    let current = true;
    void import('../../../domain/crisis-help.ts').then(({ crisisHelp }) => {
      if (current) setHelp({ rule, crisis: crisisHelp(rule, language, region) as unknown as Crisis });
      return undefined;
    });
    return () => {
      current = false;
    };
  }, [rule, language, region]);
  // The numbers are here before they are needed, also where the connection is lost just then.
  const mayCome = step === 'reason' || step === 'screens';
  useEffect(() => {
    if (mayCome) void import('../../../domain/crisis-help.ts');
  }, [mayCome]);
  return rule !== null && help?.rule === rule ? help.crisis : null;
}
