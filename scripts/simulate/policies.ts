/** The policies that are compared: by name, or a file with what differs from the default. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { policyValues } from '../../api/routes/policies.ts';
import { defaultPolicies, type WaitlistPolicy } from '../../domain/policies.ts';

export interface NamedPolicy {
  readonly name: string;
  readonly value: WaitlistPolicy;
}

const usual = defaultPolicies.waitlist;

/** The least of each window of time is what the default says; only how long, and how many, differs. */
const withWindows = (windows: readonly string[], maxOffers?: number): WaitlistPolicy['windows'] =>
  usual.windows.map((row, k) => ({ ...row, window: windows[k] ?? row.window, maxOffers: maxOffers ?? row.maxOffers }));

export const namedPolicies: Readonly<Record<string, WaitlistPolicy>> = {
  default: usual,
  /** Half of the time to answer, or less. */
  short: { ...usual, windows: withWindows(['PT4H', 'PT2H', 'PT30M', 'PT10M', 'PT5M']) },
  /** Twice the time to answer. */
  long: { ...usual, windows: withWindows(['PT24H', 'PT8H', 'PT2H', 'PT40M', 'PT20M']) },
  /** Three at once within a day of the visit; who says yes first has it. */
  batch: { ...usual, batchSize: 3 },
  /** About what was studied (A3): few offers that stand for long. Nobody should choose it; it shows that the model is sane. */
  studied: { ...usual, windows: withWindows(['PT12H', 'PT4H', 'PT2H', 'PT1H', 'PT30M'], 3) },
};

/** @throws Error naming what cannot be used */
export function choosePolicies(names: string | undefined, file: string | undefined): NamedPolicy[] {
  const chosen = (names ?? (file === undefined ? 'default,short,batch' : '')).split(',').filter((name) => name !== '');
  const policies = chosen.map((name): NamedPolicy => {
    const value = Object.hasOwn(namedPolicies, name) ? namedPolicies[name] : undefined;
    if (value === undefined)
      throw new Error(
        `There is no policy named ${name}: ${Object.keys(namedPolicies).join(', ')}, or --policy <file>.`,
      );
    return { name, value };
  });
  return file === undefined ? policies : [...policies, readPolicy(file)];
}

/** A JSON object as POST /policies takes it for the kind `waitlist`: what it leaves out is the default's. */
function readPolicy(file: string): NamedPolicy {
  const parsed = policyValues.waitlist.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success)
    throw new Error(`${file} is no waitlist policy. ${parsed.error.issues.map((one) => `${one.path.join('.')}: ${one.message}`).join('; ')}`); // prettier-ignore
  return {
    name: basename(file).replace(/\.json$/, ''),
    value: { ...usual, ...(parsed.data as Partial<WaitlistPolicy>) },
  };
}
