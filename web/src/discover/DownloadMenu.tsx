import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { saveFile, toCsv, toNdjson } from '../base/doc/download';
import type { Hit } from '../base/search/types';
import { formatCount } from '../base/time/format';
import { DOWNLOAD_LIMIT, fetchAll } from './downloadAll';
import type { DiscoverSearch } from './useDiscoverSearch';

type Format = 'csv' | 'ndjson';

interface Props {
  search: DiscoverSearch;
  columns: readonly string[];
  timeField: string | undefined;
  name: string;
}

/** Saves the rows loaded, or all matches, as a file. */
export function DownloadMenu({ search, columns, timeField, name }: Props) {
  const [progress, setProgress] = useState<number | null>(null);
  const abort = useRef<AbortController | null>(null);
  const save = (hits: readonly Hit[], format: Format): void => {
    const file = `${name.replace(/[^\w.-]+/g, '_')}-${new Date().toISOString().replace(/[:.]/g, '-')}.${format}`;
    const shown =
      columns.length > 0 && timeField !== undefined && !columns.includes(timeField)
        ? [timeField, ...columns]
        : columns;
    if (format === 'csv') saveFile(file, 'text/csv;charset=utf-8', toCsv(hits, shown));
    else saveFile(file, 'application/x-ndjson', toNdjson(hits));
  };
  const saveAll = async (format: Format): Promise<void> => {
    if (!search.plan) return;
    abort.current = new AbortController();
    setProgress(0);
    try {
      save(await fetchAll(search.plan, abort.current.signal, setProgress), format);
    } catch (error) {
      if (!abort.current.signal.aborted)
        notifications.show({ color: 'red', title: 'The download failed', message: (error as Error).message });
    } finally {
      setProgress(null);
    }
  };
  if (progress !== null) {
    return (
      <Button size="compact-sm" variant="light" color="red" onClick={() => abort.current?.abort()}>
        {formatCount(progress)} loaded · Cancel
      </Button>
    );
  }
  const loaded = formatCount(search.rows.length);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          leftSection={<IconDownload size={15} />}
          data-test-subj="discoverDownloadButton"
        >
          Download
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>The {loaded} rows loaded</Menu.Label>
        <Menu.Item data-test-subj="downloadCsv" onClick={() => save(search.rows, 'csv')}>
          CSV
        </Menu.Item>
        <Menu.Item data-test-subj="downloadNdjson" onClick={() => save(search.rows, 'ndjson')}>
          NDJSON
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>All matches, up to {formatCount(DOWNLOAD_LIMIT)}</Menu.Label>
        <Menu.Item
          data-test-subj="downloadAllCsv"
          disabled={!search.plan}
          onClick={() => void saveAll('csv')}
        >
          CSV
        </Menu.Item>
        <Menu.Item
          data-test-subj="downloadAllNdjson"
          disabled={!search.plan}
          onClick={() => void saveAll('ndjson')}
        >
          NDJSON
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
