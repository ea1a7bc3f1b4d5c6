/** The synthetic clinic's first intakes, over the HTTP API, in different states. Run again, it changes nothing that is there. */
import { intakeSteps, type IntakeStep } from '../../domain/intake/intake.ts';
import type { ApiSession } from './api-session.ts';
import { intakeAnswers } from './intake-answers.ts';

interface Made {
  readonly given: string;
  readonly family: string;
  readonly birthDate: string;
  readonly language?: string;
  /** The last step that is done; none: invited only. */
  readonly until?: IntakeStep;
  readonly afterwards?: readonly [action: string, body: object][];
}

const sendIn = ['submit', {}] as const;
const people: readonly Made[] = [
  { given: 'Noor', family: 'Castellan', birthDate: '1988-02-11' },
  { given: 'Tomás', family: 'Rivadulla', birthDate: '1975-09-30', language: 'es', until: 'reason' },
  {
    given: 'Linh',
    family: 'Hoangvan',
    birthDate: '1996-12-05',
    language: 'vi',
    until: 'review',
    afterwards: [[...sendIn]],
  },
  {
    given: 'Odile',
    family: 'Marchetti',
    birthDate: '1969-06-21',
    until: 'review',
    afterwards: [[...sendIn], ['assign-review', {}]],
  },
  {
    given: 'Samir',
    family: 'Bellweather',
    birthDate: '2001-04-17',
    language: 'ar',
    until: 'review',
    afterwards: [
      [...sendIn],
      ['assign-review', {}],
      ['return', { steps: ['history'], notes: { history: 'Since when do you have diabetes?' } }],
    ],
  },
];

/** @returns how many there are */
export async function seedIntakes(doctor: Pick<ApiSession, 'post' | 'put'>): Promise<number> {
  for (const { until, afterwards = [], language = 'en', ...person } of people) {
    const key = `seed-intake-${person.family}`;
    const { id } = await doctor.post<{ id: string }>('/intakes', { person, language }, key);
    const answers = intakeAnswers({ ...person, language });
    const steps = until === undefined ? [] : intakeSteps.slice(0, intakeSteps.indexOf(until) + 1);
    for (const step of steps) {
      const body = { answers: answers[step], baseVersion: 0, complete: true, language };
      await doctor.put(`/intakes/${id}/steps/${step}`, body, `${key}-${step}`);
    }
    for (const [action, body] of afterwards) await doctor.post(`/intakes/${id}/${action}`, body, `${key}-${action}`);
  }
  return people.length;
}
