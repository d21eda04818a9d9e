import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { memo, type Ref } from 'react';
import { flattenHit, hitValue } from '../../base/doc/flatten';
import { levelOf } from '../../base/doc/level';
import type { Hit } from '../../base/search/types';
import { Cell } from './Cell';
import { DocDetail } from './DocDetail';
import classes from './DocTable.module.css';
import { Summary } from './Summary';
import { TimeText } from './TimeText';
import { hitKey, type DocActions, type DocView } from './types';

interface Props {
  ref: Ref<HTMLTableSectionElement>;
  index: number;
  hit: Hit;
  view: DocView;
  actions: DocActions;
  span: number;
  expanded: boolean;
  isAnchor: boolean;
  onToggle: (key: string) => void;
}

/** One document: its row and, when expanded, its fields. */
export const DocRow = memo(function DocRow({
  ref,
  index,
  hit,
  view,
  actions,
  span,
  expanded,
  isAnchor,
  onToggle,
}: Props) {
  const Chevron = expanded ? IconChevronDown : IconChevronRight;
  return (
    <tbody
      ref={ref}
      data-index={index}
      className={classes.doc}
      data-level={levelOf(flattenHit(hit))}
      data-anchor={isAnchor || undefined}
      data-expanded={expanded || undefined}
    >
      <tr className={classes.row} aria-rowindex={index + 2} data-test-subj="docTableRow">
        <td className={classes.toggleCell}>
          <button
            type="button"
            className={classes.toggle}
            aria-expanded={expanded}
            aria-label={expanded ? 'Collapse document' : 'Expand document'}
            data-test-subj="docTableExpandToggleColumn"
            onClick={() => onToggle(hitKey(hit))}
          >
            <Chevron size={15} />
          </button>
        </td>
        {view.timeField !== undefined && (
          <td className={classes.time} data-test-subj="docTableField">
            <TimeText value={hitValue(hit, view.timeField)} zone={view.zone} />
          </td>
        )}
        {view.columns.length === 0 ? (
          <td data-test-subj="docTableField">
            <Summary hit={hit} timeField={view.timeField} />
          </td>
        ) : (
          view.columns.map((name) => (
            <td key={name} className={classes.cell} data-test-subj="docTableField">
              <Cell hit={hit} name={name} view={view} actions={actions} />
            </td>
          ))
        )}
      </tr>
      {expanded && (
        <tr data-test-subj="docTableDetailsRow">
          <td colSpan={span} className={classes.detailCell}>
            <DocDetail hit={hit} view={view} actions={actions} />
          </td>
        </tr>
      )}
    </tbody>
  );
});
