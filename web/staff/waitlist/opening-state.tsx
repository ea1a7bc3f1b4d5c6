/** Where a freed time stands, in one word and one colour, the same on the board and on its own page. */
import { IconCircleCheck, IconHourglass, IconLockOpen, IconMoon, IconPlayerPause, IconX } from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import type { OpeningState } from '../../../domain/waitlist/waitlist.ts';
import type { Tone } from '../parts/states.tsx';

export const groups = ['offering', 'waiting', 'paused', 'ended'] as const;
export type Group = (typeof groups)[number];

interface Standing {
  readonly state: OpeningState;
  readonly paused: boolean;
  readonly offers: readonly unknown[];
}

/** An offer that stands is what counts; without one, asking is either paused or waits (for the morning, or the next look). */
export function groupOf({ state, paused, offers }: Standing): Group {
  if (state !== 'open' && state !== 'offering') return 'ended';
  if (offers.length > 0) return 'offering';
  return paused ? 'paused' : 'waiting';
}

export const openingWords = ['open', 'offering', 'paused', 'filled', 'released', 'closed'] as const;
type OpeningWord = (typeof openingWords)[number];

const looks: Readonly<Record<OpeningWord, readonly [Tone, ComponentType<{ size?: number; 'aria-hidden'?: boolean }>]>> =
  {
    open: ['info', IconMoon],
    offering: ['warn', IconHourglass],
    paused: ['neutral', IconPlayerPause],
    filled: ['good', IconCircleCheck],
    released: ['neutral', IconLockOpen],
    closed: ['neutral', IconX],
  };

export function shownOpening({ state, paused, offers }: Standing): OpeningWord {
  if (state !== 'open' && state !== 'offering') return state;
  if (paused) return 'paused';
  return offers.length > 0 ? 'offering' : 'open';
}

export function OpeningBadge({ opening }: { readonly opening: Standing }) {
  const { t } = useTranslation();
  const word = shownOpening(opening);
  const [tone, Icon] = looks[word];
  return (
    <span className="hs-badge" data-tone={tone}>
      <Icon size={14} aria-hidden />
      {t(`openingState.${word}`)}
    </span>
  );
}
