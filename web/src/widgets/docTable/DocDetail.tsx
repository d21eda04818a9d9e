import { ActionIcon, Anchor, Code, CopyButton, Group, Tabs, TextInput, Tooltip } from '@mantine/core';
import {
  IconCheck,
  IconColumnInsertRight,
  IconCopy,
  IconCircleDashedCheck,
  IconZoomIn,
  IconZoomOut,
} from '@tabler/icons-react';
import { useState } from 'react';
import { flattenHit, valueText } from '../../base/doc/flatten';
import { highlightedText } from '../../base/doc/rich';
import { fieldKind } from '../../base/search/fields';
import type { Hit, Json } from '../../base/search/types';
import { FieldIcon } from '../fieldIcon/FieldIcon';
import { RichText } from '../richText/RichText';
import { isScalar } from './Cell';
import classes from './DocTable.module.css';
import type { DocActions, DocView } from './types';

interface Props {
  hit: Hit;
  view: DocView;
  actions: DocActions;
}

function rowsOf(hit: Hit): [string, Json][] {
  const meta: [string, Json][] = [
    ['_id', hit._id],
    ['_index', hit._index],
  ];
  if (hit._ignored) meta.push(['_ignored', hit._ignored]);
  return [...[...flattenHit(hit)].sort(([a], [b]) => (a < b ? -1 : 1)), ...meta];
}

/** All fields of a document as a table or as JSON. */
export function DocDetail({ hit, view, actions }: Props) {
  return (
    <div className={classes.detail} data-test-subj="docViewer">
      <Tabs defaultValue="table" keepMounted={false}>
        <Group justify="space-between" wrap="nowrap" align="center">
          <Tabs.List>
            <Tabs.Tab value="table" data-test-subj="docViewerTab-0">
              Table
            </Tabs.Tab>
            <Tabs.Tab value="json" data-test-subj="docViewerTab-1">
              JSON
            </Tabs.Tab>
          </Tabs.List>
          <Group gap="md">
            {view.contextUrl && (
              <Anchor size="xs" href={view.contextUrl(hit)} data-test-subj="docTableRowAction-context">
                View surrounding documents
              </Anchor>
            )}
            {view.docUrl && (
              <Anchor size="xs" href={view.docUrl(hit)} data-test-subj="docTableRowAction-doc">
                View single document
              </Anchor>
            )}
          </Group>
        </Group>
        <Tabs.Panel value="table" pt="xs">
          <FieldTable hit={hit} view={view} actions={actions} />
        </Tabs.Panel>
        <Tabs.Panel value="json" pt="xs">
          <JsonView hit={hit} />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}

function FieldTable({ hit, view, actions }: Props) {
  const [search, setSearch] = useState('');
  const rows = rowsOf(hit);
  const wanted = search.trim().toLowerCase();
  const shown = rows.filter(
    ([name, value]) =>
      wanted === '' || name.toLowerCase().includes(wanted) || valueText(value).toLowerCase().includes(wanted),
  );
  return (
    <>
      {rows.length > 12 && (
        <TextInput
          size="xs"
          mb="xs"
          maw={320}
          placeholder="Search in this document"
          aria-label="Search in this document"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      <table className={classes.fieldTable}>
        <tbody>
          {shown.map(([name, value]) => (
            <tr key={name} data-test-subj={`tableDocViewRow-${name}`}>
              <td className={classes.fieldTools}>
                <FieldTools name={name} value={value} view={view} actions={actions} />
              </td>
              <th scope="row" className={classes.fieldName}>
                <FieldIcon
                  kind={
                    view.fields.get(name)?.kind ?? (name.startsWith('_') ? 'string' : fieldKind(typeof value))
                  }
                />
                <span>{name}</span>
              </th>
              <td className={classes.fieldValue} data-test-subj={`tableDocViewRow-${name}-value`}>
                <RichText text={highlightedText(hit.highlight, name, valueText(value)) ?? valueText(value)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function FieldTools({
  name,
  value,
  view,
  actions,
}: {
  name: string;
  value: Json;
  view: DocView;
  actions: DocActions;
}) {
  const searchable = view.fields.get(name)?.searchable === true || name === '_id' || name === '_index';
  const single = Array.isArray(value) && value.length === 1 ? (value[0] as Json) : value;
  const can = searchable && isScalar(single);
  const tools = [
    {
      label: 'Filter for value',
      subject: 'addInclusiveFilterButton',
      icon: IconZoomIn,
      disabled: !can,
      run: () => actions.onFilter(name, single, false),
    },
    {
      label: 'Filter out value',
      subject: 'removeInclusiveFilterButton',
      icon: IconZoomOut,
      disabled: !can,
      run: () => actions.onFilter(name, single, true),
    },
    {
      label: 'Toggle column in table',
      subject: 'toggleColumnButton',
      icon: IconColumnInsertRight,
      disabled: false,
      run: () => actions.onToggleColumn(name),
    },
    {
      label: 'Filter for field present',
      subject: 'addExistsFilterButton',
      icon: IconCircleDashedCheck,
      disabled: !searchable || name.startsWith('_'),
      run: () => actions.onExists(name),
    },
  ];
  return (
    <span className={classes.tools}>
      {tools.map(({ label, subject, icon: Icon, disabled, run }) => (
        <Tooltip key={subject} label={label} openDelay={400}>
          <ActionIcon
            size={20}
            variant={subject === 'toggleColumnButton' && view.columns.includes(name) ? 'light' : 'subtle'}
            color="gray"
            aria-label={`${label}: ${name}`}
            data-test-subj={subject}
            disabled={disabled}
            onClick={run}
          >
            <Icon size={14} />
          </ActionIcon>
        </Tooltip>
      ))}
    </span>
  );
}

function JsonView({ hit }: { hit: Hit }) {
  const { highlight: _, ...rest } = hit;
  const text = JSON.stringify(rest, null, 2);
  return (
    <div className={classes.json}>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <ActionIcon className={classes.copy} variant="default" aria-label="Copy JSON" onClick={copy}>
            {copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
          </ActionIcon>
        )}
      </CopyButton>
      <Code block className={classes.code}>
        {text}
      </Code>
    </div>
  );
}
