import type { ReactNode } from 'react';
export function ConsentText(_props: { readonly linkId: string }): ReactNode {
  return null;
}
