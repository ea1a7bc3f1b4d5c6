/**
 * Every visible word of the staff application is in both languages, and no word is kept that nobody shows. Keys that are
 * put together at run time are checked through the closed lists that they are put together from.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { sendChannels, suppressions } from '../../activities/outbox-verdict.ts';
import { waitingFor } from '../../api/cases/case-state.ts';
import { positionBands } from '../../api/waitlist/waitlist-schemas.ts';
import {
  absenceActions,
  absenceKinds,
  absenceStates,
  caseActions,
  caseEdges,
  caseStates,
} from '../../domain/schedule/absence.ts';
import { actions, roles } from '../../domain/access.ts';
import { edges } from '../../domain/appointment/appointment-events.ts';
import { appointmentStatuses } from '../../domain/appointment/appointment-facts.ts';
import { lateChoices, timerNames } from '../../domain/appointment/appointment-timers.ts';
import { startGuards } from '../../domain/schedule/availability.ts';
import { ineligibilities } from '../../domain/coverage/eligibility.ts';
import { problemCodes } from '../../domain/errors.ts';
import { defaultPolicies } from '../../domain/policies.ts';
import { plannedChannels, reminderSkips } from '../../domain/appointment/reminder.ts';
import { staffTaskOutcomes } from '../../domain/staff-task.ts';
import { waitlistReasons } from '../../domain/waitlist/waitlist-eligibility.ts';
import { equityDimensions, equityNotOnRecord } from '../../domain/waitlist/waitlist-equity.ts';
import { offerStates, openingStates, urgencies, waitlistStates } from '../../domain/waitlist/waitlist.ts';
import { asks, identifiers, reasonsOf } from '../../web/staff/case/forms.ts';
import { factorWords, tierWords } from '../../web/staff/waitlist/factor-lines.ts';
import { closeReasons, declineReasons, pauseReasons } from '../../web/staff/waitlist/reasons.ts';
import { appointmentActions } from '../../workflows/messages/appointment.ts';
import { openingActions } from '../../workflows/messages/opening.ts';

const web = fileURLToPath(new URL('../../web/', import.meta.url));
const words = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(join(web, 'locales/staff', `${language}.json`), 'utf8')) as Record<string, string>;
const en = words('en');
const es = words('es');
const keys = Object.keys(en);

const sources = (readdirSync(join(web, 'staff'), { recursive: true }) as string[])
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(web, 'staff', path), 'utf8') }));

/** The guards have no list of their own: as they are written in the table of D1. */
const guardNames = [
  ...readFileSync(join(web, '../domain/appointment/appointment-guards.ts'), 'utf8').matchAll(
    /\bfailed\(\s*'([a-z-]+)'/g,
  ),
].map((match) => match[1]!);

/** i18next adds the plural category to the key. */
const has = (key: string): boolean => key in en || `${key}_other` in en;
const plain = (key: string): string => key.replace(/_(one|other)$/, '');

/** `t('key'`, `t("key"` and `t(condition ? 'key' : 'other'`. */
function literalKeys(text: string): string[] {
  const direct = [...text.matchAll(/\bt\(\s*'([^']+)'/g)].map((match) => match[1]!);
  const chosen = [...text.matchAll(/\bt\(\s*[^'"`()]+\?\s*'([^']+)'\s*:\s*'([^']+)'/g)].flatMap((match) => [
    match[1]!,
    match[2]!,
  ]);
  return [...direct, ...chosen];
}
/** The fixed beginning of keys that are put together: t(`state.${…}`). */
const prefixes = new Set(
  sources.flatMap(({ text }) => [...text.matchAll(/\bt\(\s*`([^`$]+)\$\{/g)].map((match) => match[1]!)),
);

describe('words of the staff application', () => {
  test('English and Spanish have the same keys, none of them empty', () => {
    expect(Object.keys(es)).toEqual(keys);
    expect(keys.filter((key) => en[key]!.trim() === '' || es[key]!.trim() === '')).toEqual([]);
  });

  test('both languages fill the same blanks', () => {
    const blanks = (text: string): string[] =>
      [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]!).toSorted();
    expect(keys.filter((key) => JSON.stringify(blanks(en[key]!)) !== JSON.stringify(blanks(es[key]!)))).toEqual([]);
  });

  test('every key that is asked for exists', () => {
    const missing = sources.flatMap(({ path, text }) =>
      literalKeys(text)
        .filter((key) => !has(key))
        .map((key) => `${path}: ${key}`),
    );
    expect(missing).toEqual([]);
  });

  test('no key is kept that nobody asks for', () => {
    const all = sources.map(({ text }) => text).join('\n');
    const unused = keys.filter(
      (key) => !all.includes(`'${plain(key)}'`) && ![...prefixes].some((prefix) => key.startsWith(prefix)),
    );
    expect(unused).toEqual([]);
  });

  test('every plural has both of its forms', () => {
    const stems = new Set(keys.filter((key) => /_(one|other)$/.test(key)).map(plain));
    expect([...stems].filter((stem) => !(`${stem}_one` in en) || !(`${stem}_other` in en))).toEqual([]);
  });

  test('each closed list of the domain has its words', () => {
    const kinds = Object.keys(staffTaskOutcomes);
    const wanted = [
      ...Object.keys(problemCodes).map((code) => `problem.${code}`),
      ...appointmentStatuses.map((status) => `state.${status}`),
      ...appointmentActions.flatMap((action) => [`action.${action}`, `done.${action}`]),
      ...roles.map((role) => `role.${role}`),
      ...Object.keys(actions).map((action) => `permission.${action}`),
      ...Object.keys(defaultPolicies).flatMap((kind) => [`policy.${kind}`, `policyHint.${kind}`]),
      ...Object.values(defaultPolicies).flatMap((value) => Object.keys(value).map((name) => `policyField.${name}`)),
      ...kinds.map((kind) => `task.${kind}`),
      ...Object.values(staffTaskOutcomes).flatMap((outcomes) => outcomes.map((outcome) => `outcome.${outcome}`)),
      ...Object.values(reasonsOf).flatMap((reasons) => reasons.map((reason) => `reason.${reason}`)),
      ...identifiers.map((identifier) => `identifier.${identifier}`),
      // What the timeline tells: every step, by every channel, and why one was left out.
      ...edges.map(([event]) => `event.${event}`),
      ...[...timerNames, 'reminder'].map((name) => `timer.${name}`),
      ...[...plannedChannels, ...sendChannels].map((channel) => `channel.${channel}`),
      ...[...suppressions, ...reminderSkips].map((code) => `skip.${code}`),
      ...waitingFor.shape.what.options.map((what) => `waiting.${what}`),
      ...waitingFor.shape.who.options.map((who) => `party.${who}`),
      ...lateChoices.map((choice) => `late.${choice}`),
      ...ineligibilities.map((reason) => `notEligible.${reason}`),
      // Absences
      ...absenceKinds.map((kind) => `absenceKind.${kind}`),
      ...absenceStates.map((state) => `absenceState.${state}`),
      ...caseStates.map((state) => `absenceCase.${state}`),
      ...['list', ...caseEdges.map(([event]) => event)].map((event) => `absenceEvent.${event}`),
      ...absenceActions.flatMap((action) => [
        `absenceAction.${action}`,
        `absenceHint.${action}`,
        `absenceDone.${action}`,
      ]),
      ...caseActions.flatMap((action) => ['Action', 'Hint', 'Done'].map((part) => `absenceCase${part}.${action}`)),
      // The waitlist
      ...waitlistReasons.map((reason) => `notAsked.${reason}`),
      ...waitlistStates.map((state) => `waitState.${state}`),
      ...urgencies.map((urgency) => `wish.urgency.${urgency}`),
      ...openingStates.map((state) => `openingState.${state}`),
      ...offerStates.map((state) => `offerState.${state}`),
      ...openingActions.flatMap((action) => [`openingAction.${action}`, `openingDone.${action}`]),
      ...[...equityDimensions, ...equityNotOnRecord].map((dimension) => `equity.dimension.${dimension}`),
      ...positionBands.map((band) => `wait.band.${band}`),
      ...tierWords.map((tier) => `tier.${tier}`),
      ...factorWords.map((factor) => `factor.${factor}`),
      ...declineReasons.map((reason) => `declineReason.${reason}`),
      ...closeReasons.map((reason) => `openingReason.${reason}`),
      ...pauseReasons.map((reason) => `wait.pauseReason.${reason}`),
      ...[...startGuards, ...guardNames].map((guard) => `guard.${guard}`),
    ];
    expect(guardNames.length).toBeGreaterThan(10);
    expect(wanted.filter((key) => !has(key))).toEqual([]);
    expect(Object.keys(asks).toSorted()).toEqual([...appointmentActions].toSorted());
  });
});
