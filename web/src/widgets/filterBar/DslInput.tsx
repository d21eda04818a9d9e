import { Textarea } from '@mantine/core';

/** A query clause as JSON. */
export function DslInput({
  value,
  error,
  onChange,
}: {
  value: string;
  error: string | null;
  onChange: (value: string) => void;
}) {
  return (
    <Textarea
      size="xs"
      label="Elasticsearch Query DSL"
      autosize
      minRows={5}
      maxRows={16}
      spellCheck={false}
      value={value}
      error={error}
      data-test-subj="customEditorInput"
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
