import { Button, Checkbox, FileInput, Group, List, Modal, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { importObjects, type ImportReport } from '../../base/savedObjects';
import { notifyFailure } from '../../widgets/Failure';

const REASONS: Record<string, string> = {
  conflict: 'there is one already',
  missing_references: 'its index pattern is missing',
  unsupported_type: 'Kelp has nothing to show this type with',
};

/** Asks for an NDJSON file and imports it. */
export function ImportButton() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" leftSection={<IconUpload size={16} />} onClick={() => setOpen(true)}>
        Import
      </Button>
      {open && <ImportModal onClose={() => setOpen(false)} />}
    </>
  );
}

function ImportModal({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [overwrite, setOverwrite] = useState(false);
  const [report, setReport] = useState<ImportReport | null>(null);
  const [busy, setBusy] = useState(false);
  const run = async () => {
    if (file === null) return;
    setBusy(true);
    try {
      setReport(await importObjects(file, overwrite));
      await client.invalidateQueries({ queryKey: ['saved-objects'] });
    } catch (error) {
      notifyFailure('Nothing was imported', error);
    }
    setBusy(false);
  };
  return (
    <Modal opened onClose={onClose} title="Import saved objects" centered>
      <FileInput
        label="File"
        description="An .ndjson file exported by Kelp or Kibana 7"
        placeholder="Choose a file"
        accept=".ndjson,application/ndjson,application/x-ndjson"
        value={file}
        onChange={setFile}
      />
      <Checkbox
        mt="md"
        label="Replace objects that are there already"
        checked={overwrite}
        onChange={(event) => setOverwrite(event.currentTarget.checked)}
      />
      {report && <Report report={report} />}
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={onClose}>
          {report ? 'Close' : 'Cancel'}
        </Button>
        <Button disabled={file === null} loading={busy} onClick={() => void run()}>
          Import
        </Button>
      </Group>
    </Modal>
  );
}

function Report({ report }: { report: ImportReport }) {
  const errors = report.errors ?? [];
  return (
    <div role="status">
      <Text mt="md">
        {report.successCount} imported{errors.length > 0 && `, ${errors.length} not:`}
      </Text>
      <List size="sm">
        {errors.map((fault) => (
          <List.Item key={`${fault.type}:${fault.id}`}>
            {fault.type} {fault.title || fault.id}:{' '}
            {REASONS[fault.error.type] ?? fault.error.message ?? fault.error.type}
          </List.Item>
        ))}
      </List>
    </div>
  );
}
