import { Alert, Button, Code, Group, Spoiler, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { EsError } from '../base/es';
import classes from './Discover.module.css';

/** What went wrong and why, with a way on. */
export function ErrorPanel({
  title,
  error,
  onRetry,
}: {
  title: string;
  error: Error;
  onRetry?: (() => void) | undefined;
}) {
  const body = error instanceof EsError ? error.body : null;
  const type = error instanceof EsError ? [error.status || '', error.type].filter(Boolean).join(' ') : '';
  return (
    <Alert
      className={classes.message}
      color="red"
      icon={<IconAlertTriangle size={18} />}
      title={title}
      role="alert"
      data-test-subj="discoverError"
    >
      <Stack gap="xs">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {error.message}
        </Text>
        {type !== '' && (
          <Text size="xs" c="dimmed">
            {type}
          </Text>
        )}
        {body !== null && typeof body === 'object' && (
          <Spoiler maxHeight={0} showLabel="Show the whole answer" hideLabel="Hide the answer">
            <Code block mah={260} style={{ overflow: 'auto' }}>
              {JSON.stringify(body, null, 2)}
            </Code>
          </Spoiler>
        )}
        {onRetry && (
          <Group>
            <Button size="xs" variant="light" color="red" onClick={onRetry}>
              Try again
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}
