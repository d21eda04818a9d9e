import { Button, Group, Modal } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { notifyFailure } from './Failure';

interface Props {
  title: string;
  /** What the button says: “Delete 3 indices”. */
  action: string;
  onConfirm: () => Promise<void>;
  onClose: () => void;
  children: ReactNode;
}

/** Asks before something is deleted; stays open when the deletion fails. */
export function ConfirmModal({ title, action, onConfirm, onClose, children }: Props) {
  const [busy, setBusy] = useState(false);
  const confirm = async () => {
    setBusy(true);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      notifyFailure(`${action}: that did not work`, error);
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={title} centered>
      {children}
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button color="red" loading={busy} onClick={() => void confirm()}>
          {action}
        </Button>
      </Group>
    </Modal>
  );
}
