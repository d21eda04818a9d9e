import {
  ActionIcon,
  Checkbox,
  Indicator,
  Popover,
  ScrollArea,
  Stack,
  Switch,
  Text,
  TextInput,
} from '@mantine/core';
import { IconFilter, IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { FieldKind, PatternField } from '../base/search/fields';
import { FieldIcon, fieldKindLabel } from '../widgets/fieldIcon/FieldIcon';
import classes from './Discover.module.css';
import { FieldRow, type FieldRowActions } from './FieldRow';
import { groupFields, type FieldFilter } from './fieldGroups';

interface Props extends FieldRowActions {
  fields: readonly PatternField[];
  columns: readonly string[];
  popular: readonly string[];
  /** Fields that a loaded document has. */
  present: ReadonlySet<string>;
}

/** The fields of the pattern: chosen, often chosen, all others. */
export function FieldList({ fields, columns, popular, present, ...actions }: Props) {
  const [filter, setFilter] = useState<FieldFilter>({
    search: '',
    kinds: [],
    aggregatable: false,
    hideMissing: true,
  });
  const groups = useMemo(
    () => groupFields(fields, columns, popular, present, filter),
    [fields, columns, popular, present, filter],
  );
  const kinds = [...new Set(fields.map((field) => field.kind))];
  const active = filter.kinds.length + (filter.aggregatable ? 1 : 0);
  return (
    <aside className={classes.sidebar} aria-label="Fields" data-test-subj="fieldList-container">
      <div className={classes.fieldSearch}>
        <TextInput
          size="xs"
          placeholder="Search field names"
          aria-label="Search field names"
          leftSection={<IconSearch size={14} />}
          value={filter.search}
          data-test-subj="fieldFilterSearchInput"
          onChange={(event) => setFilter({ ...filter, search: event.currentTarget.value })}
          style={{ flex: 1 }}
        />
        <TypeFilter {...{ filter, kinds, active }} onChange={setFilter} />
      </div>
      <ScrollArea className={classes.fieldScroll} type="auto" scrollbarSize={8}>
        {groups.map((group) => (
          <section key={group.title} className={classes.fieldGroup} aria-label={group.title}>
            <Text size="xs" fw={600} c="dimmed" px={8} py={3}>
              {group.title} <span className={classes.groupCount}>{group.fields.length}</span>
            </Text>
            <ul data-test-subj={`fieldList-${group.title.toLowerCase()}`}>
              {group.fields.map((field) => (
                <FieldRow
                  key={field.name}
                  field={field}
                  isColumn={columns.includes(field.name)}
                  {...actions}
                />
              ))}
            </ul>
          </section>
        ))}
        {groups.every((group) => group.fields.length === 0) && (
          <Text size="xs" c="dimmed" p="xs">
            No field matches.
          </Text>
        )}
      </ScrollArea>
    </aside>
  );
}

function TypeFilter({
  filter,
  kinds,
  active,
  onChange,
}: {
  filter: FieldFilter;
  kinds: FieldKind[];
  active: number;
  onChange: (filter: FieldFilter) => void;
}) {
  const toggle = (kind: FieldKind): void =>
    onChange({
      ...filter,
      kinds: filter.kinds.includes(kind)
        ? filter.kinds.filter((other) => other !== kind)
        : [...filter.kinds, kind],
    });
  return (
    <Popover position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <Indicator disabled={active === 0} label={active} size={14}>
          <ActionIcon
            variant="default"
            size={30}
            aria-label="Filter fields by type"
            data-test-subj="toggleFieldFilterButton"
          >
            <IconFilter size={15} />
          </ActionIcon>
        </Indicator>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap={6}>
          {kinds.map((kind) => (
            <Checkbox
              key={kind}
              size="xs"
              checked={filter.kinds.includes(kind)}
              onChange={() => toggle(kind)}
              label={
                <span className={classes.kind}>
                  <FieldIcon kind={kind} /> {fieldKindLabel(kind)}
                </span>
              }
            />
          ))}
          <Switch
            size="xs"
            mt={4}
            label="Aggregatable only"
            checked={filter.aggregatable}
            onChange={(event) => onChange({ ...filter, aggregatable: event.currentTarget.checked })}
          />
          <Switch
            size="xs"
            label="Hide fields not in these documents"
            checked={filter.hideMissing}
            onChange={(event) => onChange({ ...filter, hideMissing: event.currentTarget.checked })}
          />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
