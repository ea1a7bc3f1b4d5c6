/** What a step led to; it takes the focus, which was on a form that is gone. */
import { Alert } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';

export function Outcome({ title, children }: { readonly title?: string | undefined; readonly children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <Alert
      ref={box}
      tabIndex={-1}
      role="status"
      className="hs-alert"
      data-tone="good"
      icon={<IconCircleCheck aria-hidden />}
      title={title}
    >
      {children}
    </Alert>
  );
}
