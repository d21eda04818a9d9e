import { Anchor, Badge, Button, Loader, Table, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useIndexPatterns } from '../../base/indexPatterns';
import { useSetting } from '../../base/settings';
import { Failure } from '../../widgets/Failure';
import { PageHead } from '../../widgets/PageHead';
import { indexPatternPath, PATHS } from '../sections';

/** All index patterns, and the way to make one. */
export function ListPage() {
  const patterns = useIndexPatterns();
  const defaultId = useSetting('defaultIndex');
  return (
    <>
      <PageHead title="Index patterns" text="An index pattern says which indices Discover searches.">
        <Button component="a" href={`#${PATHS.createIndexPattern}`} leftSection={<IconPlus size={16} />}>
          Create index pattern
        </Button>
      </PageHead>
      {patterns.isPending && <Loader />}
      {patterns.isError && <Failure error={patterns.error} onRetry={() => void patterns.refetch()} />}
      {patterns.data?.length === 0 && <Text>There is no index pattern yet.</Text>}
      {patterns.data && patterns.data.length > 0 && (
        <Table highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Pattern</Table.Th>
              <Table.Th>Time field</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {patterns.data.map((pattern) => (
              <Table.Tr key={pattern.id}>
                <Table.Td>
                  <Anchor href={`#${indexPatternPath(pattern.id)}`}>{pattern.title}</Anchor>{' '}
                  {pattern.id === defaultId && <Badge variant="light">Default</Badge>}
                </Table.Td>
                <Table.Td>{pattern.timeField ?? '–'}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </>
  );
}
