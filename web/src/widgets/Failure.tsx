import { Alert, Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle } from '@tabler/icons-react';

/** The message of any thrown thing. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Says what went wrong, with a button to try again where that makes sense. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <Alert color="red" icon={<IconAlertTriangle size={18} />} title="That did not work" role="alert">
      <div>{messageOf(error)}</div>
      {onRetry && (
        <Button size="xs" variant="light" color="red" mt="xs" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}

/** Shows a notice for an action that failed. */
export function notifyFailure(title: string, error: unknown): void {
  notifications.show({ color: 'red', title, message: messageOf(error), autoClose: 10_000 });
}

/** Shows a short notice for an action that worked; longer for one that nobody asked for. */
export function notifyDone(message: string, millis = 4000): void {
  notifications.show({ color: 'teal', message, autoClose: millis });
}
