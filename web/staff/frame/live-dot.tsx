import { Tooltip } from '@mantine/core';
import { IconBolt, IconBoltOff, IconLoader } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Live } from '../api/live.ts';

const icons = { live: IconBolt, away: IconBoltOff, connecting: IconLoader } as const;

/** Says whether updates arrive by themselves: word, icon, colour. */
export function LiveDot({ state }: { readonly state: Live }) {
  const { t } = useTranslation();
  const Icon = icons[state];
  return (
    <Tooltip label={t(`live.${state}Long`)}>
      <span className="hs-live" data-state={state} role="status">
        <Icon size={14} aria-hidden />
        <span className="hs-live-word">{t(`live.${state}`)}</span>
      </span>
    </Tooltip>
  );
}
