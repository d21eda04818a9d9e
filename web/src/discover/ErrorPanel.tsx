import { Alert, Button, Code, Group, Spoiler, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { EsError } from '../base/es';
import { isJsonObject } from '../base/rison';
import classes from './Discover.module.css';

interface Cause {
  reason?: unknown;
  caused_by?: Cause;
}

/** The innermost cause of Elasticsearch's error body, where the message does not say it already. */
function innermostCause(error: Error): string | null {
  const body = error instanceof EsError && isJsonObject(error.body) ? error.body['error'] : null;
  if (!isJsonObject(body)) return null;
  const shards = body['failed_shards'];
  const shard = Array.isArray(shards) && isJsonObject(shards[0]) ? shards[0]['reason'] : null;
  let cause = (isJsonObject(shard) ? shard : body) as Cause;
  while (cause.caused_by) cause = cause.caused_by;
  const { reason } = cause;
  // Parsers go on to list all they would have taken: the first line says where it failed.
  const line = typeof reason === 'string' ? (reason.split('\n', 1)[0] ?? '') : '';
  return line !== '' && !error.message.includes(line) ? line : null;
}

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
  const cause = innermostCause(error);
  const type = error instanceof EsError ? [error.status || '', error.type].filter(Boolean).join(' ') : '';
  return (
    <Alert
      className={classes.message}
      color="red"
      p="md"
      icon={<IconAlertTriangle size={18} />}
      title={title}
      role="alert"
      data-test-subj="discoverError"
    >
      <Stack gap="xs">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {error.message}
        </Text>
        {cause !== null && (
          <Text size="xs" ff="monospace" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {cause}
          </Text>
        )}
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
