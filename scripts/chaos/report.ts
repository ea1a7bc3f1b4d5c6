/** What a run prints at its end. */
import { quantile } from '../bench/measure.ts';
import type { MixedResult } from './mixed.ts';
import { describe, type OneSlotResult } from './one-slot.ts';
import type { Violation } from './traffic.ts';
import type { WaitlistResult } from './waitlist.ts';

export function mixedReport({ seed, seconds, injected, traffic, looks, verified }: MixedResult): string[] {
  const acknowledged = traffic.known.filter(({ status }) => status < 400).length;
  const unknown = traffic.known.filter(({ wasUnknown }) => wasUnknown).length;
  const kinds = new Map<string, number>();
  for (const { kind } of injected) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const recoveries = injected.flatMap(({ recoveryMs }) => (recoveryMs === null ? [] : [recoveryMs])).toSorted((a, b) => a - b); // prettier-ignore
  return [
    `seed ${seed}, ${seconds.toFixed(0)} s`,
    `faults injected with requests in flight: ${injected.length}`,
    ...[...kinds].toSorted((a, b) => b[1] - a[1]).map(([kind, count]) => `  ${String(count).padStart(4)}  ${kind}`),
    `requests ${traffic.requests()}; steps ${traffic.known.length}, acknowledged ${acknowledged}, refused ${traffic.known.length - acknowledged}; unknown for a while, then resolved: ${unknown}`,
    `answers: ${[...traffic.answers].toSorted((a, b) => b[1] - a[1]).map(([answer, count]) => `${count} x ${answer}`).join(', ')}`, // prettier-ignore
    `first 2xx after a fault: p50 ${show(quantile(recoveries, 0.5))}, p95 ${show(quantile(recoveries, 0.95))}, longest ${show(recoveries.at(-1) ?? 0)}`,
    `invariants looked at ${looks} times meanwhile; quiet after ${show(verified.quietAfterMs)}`,
    `read back over HTTP: ${verified.readBack} visits; on file ${verified.visits}; running workflows ${verified.workflows}; audit rows sealed ${verified.links}`,
    `mails delivered ${verified.mails.delivered}, of them again under the same Message-ID ${verified.mails.repeated}`,
    ...violationLines(traffic.violations),
  ];
}

export function oneSlotReport({ seed, quiet, rounds, traffic }: OneSlotResult): string[] {
  const kills = rounds.reduce((sum, round) => sum + round.kills, 0);
  const workflows = rounds.map((round) => round.workflows).toSorted((a, b) => a - b);
  const longest = Math.max(0, ...rounds.map(({ seconds }) => seconds));
  return [
    `seed ${seed}`,
    `undisturbed: ${describe(quiet)}; the losers cost ${quiet.workflows - quiet.winners} workflow(s)`,
    ...(rounds.length === 0
      ? []
      : [
          `with a worker killed: ${rounds.length} rounds, ${kills} kills with requests in flight; winners ${rounds.map(({ winners }) => winners).join(' ')}`,
          `  workflows started a round: median ${workflows[Math.floor(workflows.length / 2)]}, most ${workflows.at(-1)}; longest round ${longest.toFixed(1)} s`,
        ]),
    ...violationLines(traffic.violations),
  ];
}

export function waitlistReport(result: WaitlistResult): string[] {
  const list = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .toSorted((a, b) => b[1] - a[1])
      .map(([name, count]) => `${count} x ${name}`)
      .join(', ');
  const { offers, openings, reactions, words } = result;
  const answered = (status: RegExp): number =>
    Object.entries(words).reduce((sum, [name, n]) => (status.test(name) ? sum + n : sum), 0);
  const made = Object.values(offers).reduce((sum, count) => sum + count, 0);
  const filled = openings['filled'] ?? 0;
  return [
    `seed ${result.seed}, ${result.seconds.toFixed(0)} s, ${result.entries} patients waiting, ${result.traffic.requests()} requests`,
    `freed times: ${list(openings)}; ${result.chained} of them by an acceptance; ${result.cancellations} visits were cancelled`,
    `offers: ${made} (${list(offers)}); ${filled === 0 ? 'none filled' : `${(made / filled).toFixed(1)} a filled time`}`,
    `answers: ${answered(/^(accept|accept-twice|late): 200/)} accepted, ${answered(/^decline: 200/)} declined, ${answered(/^fill: 200/)} filled by the desk, ${answered(/: 410/)} x 410, ${answered(/: 409/)} x 409`,
    `  ${list(words)}`,
    `accepted but unavailable: ${result.acceptedButUnavailable}`,
    `bookings beside it: ${list(result.bookings)}`,
    `from freed to first offered: p50 ${show(quantile(reactions, 0.5))}, p95 ${show(quantile(reactions, 0.95))}, longest ${show(reactions.at(-1) ?? 0)}`,
    `invariants looked at ${result.looks} times meanwhile`,
    ...violationLines(result.traffic.violations),
  ];
}

const show = (ms: number): string => (ms < 1_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1_000).toFixed(1)} s`);

function violationLines(violations: readonly Violation[]): string[] {
  return [
    `violations: ${violations.length}`,
    ...violations.slice(0, 100).map(({ rule, detail }) => `  ${rule}: ${detail}`),
  ];
}
