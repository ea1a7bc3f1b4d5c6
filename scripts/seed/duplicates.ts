/**
 * Charts of the synthetic clinic that may be one person's, registered over the HTTP API as the front desk does, so that
 * the matching itself has found them: nothing is filed by hand. Run again, it changes nothing that is there.
 */
import type { ApiSession } from './api-session.ts';

interface Registered {
  readonly name: { readonly given: readonly string[]; readonly family: string };
  readonly birthDate: string;
  readonly sex?: 'female' | 'male';
  readonly phone?: string;
  readonly address?: Readonly<Record<string, string | readonly string[]>>;
}

const named = (given: string, family: string) => ({ given: given.split(' '), family });
const twins = {
  birthDate: '2018-11-03',
  sex: 'male',
  phone: '+17185550171',
  address: { line: ['48 Willow Lane'], city: 'Brooklyn', state: 'NY', postalCode: '11201', country: 'US' },
} as const;

/** The grade that each pair comes to, by scheduling-intake.md D3. */
export const duplicatePairs: Readonly<Record<'certain' | 'possible' | 'probable', readonly [Registered, Registered]>> =
  {
    // Certain without a strong id: typed by two people, one of them without diacritics. A person decides.
    certain: [
      { name: named('Beatriz Inês', 'Lacerda Simões'), birthDate: '1971-08-14', sex: 'female', phone: '+12125550172' },
      { name: named('BEATRIZ INES', 'LACERDA SIMOES'), birthDate: '1971-08-14' },
    ],
    // Twins: everything agrees but the given name, which caps it.
    possible: [
      { name: named('Mateo', 'Quiroga'), ...twins },
      { name: named('Bruno', 'Quiroga'), ...twins },
    ],
    // A nickname, and day and month swapped.
    probable: [
      { name: named('Katherine', 'Delacroix'), birthDate: '1990-05-07', sex: 'female' },
      { name: named('Kathy', 'Delacroix'), birthDate: '1990-07-05' },
    ],
  };

/** @returns how many pairs there are */
export async function seedDuplicates(frontDesk: Pick<ApiSession, 'post'>): Promise<number> {
  const pairs = Object.entries(duplicatePairs);
  for (const [grade, charts] of pairs)
    for (const [n, chart] of charts.entries()) await frontDesk.post('/patients', chart, `seed-duplicate-${grade}-${n}`);
  return pairs.length;
}
