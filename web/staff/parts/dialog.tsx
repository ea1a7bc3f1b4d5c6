/** A dialog whose head is no second page banner for screen readers, as the library's own would be. */
import { Drawer, Group, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface DialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly children: ReactNode;
}

export function Dialog({ opened, onClose, title, children }: DialogProps) {
  const { t } = useTranslation();
  return (
    <Modal.Root opened={opened} onClose={onClose} centered size="lg">
      <Modal.Overlay />
      <Modal.Content>
        <Group justify="space-between" align="start" wrap="nowrap" p="md" pb={0}>
          <Modal.Title fw={650}>{title}</Modal.Title>
          <Modal.CloseButton aria-label={t('common.close')} />
        </Group>
        <Modal.Body p="md">{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

export function SideDialog({ opened, onClose, title, children }: DialogProps) {
  const { t } = useTranslation();
  return (
    <Drawer.Root opened={opened} onClose={onClose} position="right" size="min(100%, 480px)">
      <Drawer.Overlay />
      <Drawer.Content className="hs-side-dialog">
        <Group justify="space-between" align="start" wrap="nowrap" p="md" pb={0}>
          <Drawer.Title fw={650}>{title}</Drawer.Title>
          <Drawer.CloseButton aria-label={t('common.close')} />
        </Group>
        <Drawer.Body p="md">{children}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}
