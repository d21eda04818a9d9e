import { ActionIcon } from '@mantine/core';
import { IconZoomIn, IconZoomOut } from '@tabler/icons-react';
import { hitValue, valueText } from '../../base/doc/flatten';
import { highlightedText } from '../../base/doc/rich';
import type { Hit, Json } from '../../base/search/types';
import { RichText } from '../richText/RichText';
import classes from './DocTable.module.css';
import { TimeText } from './TimeText';
import type { DocActions, DocView } from './types';

interface Props {
  hit: Hit;
  name: string;
  view: DocView;
  actions: DocActions;
}

/** The value of a column, with buttons that filter for and out. */
export function Cell({ hit, name, view, actions }: Props) {
  const value = hitValue(hit, name);
  if (value === undefined) return <span className={classes.missing}>-</span>;
  const field = view.fields.get(name);
  const text = valueText(value);
  return (
    <div className={classes.cellBox}>
      <div className={classes.cellText}>
        {field?.kind === 'date' ? (
          <TimeText value={value} zone={view.zone} />
        ) : (
          <RichText text={highlightedText(hit.highlight, name, text) ?? text} />
        )}
      </div>
      {field?.searchable === true && isScalar(value) && (
        <span className={classes.cellTools}>
          <ActionIcon
            size={18}
            variant="default"
            aria-label={`Filter for ${name}: ${text.slice(0, 60)}`}
            title="Filter for this value"
            data-test-subj="docTableCellFilter"
            onClick={() => actions.onFilter(name, value, false)}
          >
            <IconZoomIn size={13} />
          </ActionIcon>
          <ActionIcon
            size={18}
            variant="default"
            aria-label={`Filter out ${name}: ${text.slice(0, 60)}`}
            title="Filter out this value"
            data-test-subj="docTableCellFilterNegate"
            onClick={() => actions.onFilter(name, value, true)}
          >
            <IconZoomOut size={13} />
          </ActionIcon>
        </span>
      )}
    </div>
  );
}

export function isScalar(value: Json | undefined): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
