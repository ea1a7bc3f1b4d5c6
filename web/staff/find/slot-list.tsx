/**
 * Times to choose from, by day and practitioner. One tab stop: arrows move by time, up and down by group, Home and End to
 * the edges, Enter chooses.
 */
import { useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Practitioner, Slot } from '../api/types.ts';
import { dayOf, localDay, timeOf, zoneName } from '../lib/time.ts';
import { placeKey } from './place.ts';

interface Group {
  readonly key: string;
  readonly day: string;
  readonly practitionerId: string;
  readonly slots: Slot[];
}

function groupsOf(slots: readonly Slot[], names: ReadonlyMap<string, string>): Group[] {
  const groups = new Map<string, Group>();
  for (const slot of slots) {
    const day = localDay(slot.start, slot.timeZone);
    const key = `${day}|${slot.practitionerId}`;
    const group = groups.get(key) ?? { key, day, practitionerId: slot.practitionerId, slots: [] };
    group.slots.push(slot);
    groups.set(key, group);
  }
  return [...groups.values()].toSorted(
    (a, b) =>
      a.day.localeCompare(b.day) ||
      (names.get(a.practitionerId) ?? '').localeCompare(names.get(b.practitionerId) ?? ''),
  );
}

export function SlotList(props: {
  readonly slots: readonly Slot[];
  readonly practitioners: readonly Practitioner[];
  readonly picked: { readonly start: string; readonly practitionerId: string } | null;
  readonly onPick: (slot: Slot) => void;
  readonly label: string;
}) {
  const { i18n } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const names = new Map(props.practitioners.map((one) => [one.id, one.name]));
  const groups = groupsOf(props.slots, names);
  const keys = new Set(props.slots.map(placeKey));
  const stop = props.picked !== null && keys.has(placeKey(props.picked)) ? placeKey(props.picked) : undefined;
  const first = groups[0]?.slots[0];
  const tabStop = stop ?? (first === undefined ? undefined : placeKey(first));

  const onKeyDown = (event: KeyboardEvent): void => {
    const all = [...(box.current?.querySelectorAll<HTMLButtonElement>('.hs-slot') ?? [])];
    const at = all.indexOf(event.target as HTMLButtonElement);
    if (at < 0) return;
    const group = all[at]?.dataset['group'];
    const rtl = document.documentElement.dir === 'rtl';
    let next: HTMLButtonElement | undefined;
    if (event.key === (rtl ? 'ArrowLeft' : 'ArrowRight')) next = all[at + 1];
    else if (event.key === (rtl ? 'ArrowRight' : 'ArrowLeft')) next = all[at - 1];
    else if (event.key === 'ArrowDown') next = all.slice(at).find((one) => one.dataset['group'] !== group);
    else if (event.key === 'ArrowUp') {
      const before = all.slice(0, at).findLast((one) => one.dataset['group'] !== group)?.dataset['group'];
      next = all.find((one) => one.dataset['group'] === before);
    } else if (event.key === 'Home') next = all[0];
    else if (event.key === 'End') next = all.at(-1);
    else return;
    event.preventDefault();
    if (next === undefined) return;
    for (const one of all) one.tabIndex = one === next ? 0 : -1;
    next.focus();
  };

  return (
    // The keys move the focus among the buttons inside; the group itself takes none.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div className="hs-slots" ref={box} onKeyDown={onKeyDown} role="group" aria-label={props.label}>
      {groups.map((group) => {
        const any = group.slots[0];
        if (any === undefined) return null;
        const heading = `${dayOf(any.start, any.timeZone, i18n.language)} · ${names.get(group.practitionerId) ?? ''}`;
        return (
          <section key={group.key} aria-label={heading}>
            <h3>
              {heading} <span className="hs-quiet">{zoneName(any.start, any.timeZone, i18n.language)}</span>
            </h3>
            <ul>
              {group.slots.map((slot) => (
                <li key={placeKey(slot)}>
                  <button
                    type="button"
                    className="hs-slot hs-num"
                    data-group={group.key}
                    aria-pressed={stop === placeKey(slot)}
                    tabIndex={tabStop === placeKey(slot) ? 0 : -1}
                    onClick={() => props.onPick(slot)}
                  >
                    <time dateTime={slot.start}>{timeOf(slot.start, slot.timeZone, i18n.language)}</time>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}
