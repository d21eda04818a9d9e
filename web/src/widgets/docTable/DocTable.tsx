import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import type { Hit } from '../../base/search/types';
import { DocRow } from './DocRow';
import classes from './DocTable.module.css';
import { HeadRow } from './HeadRow';
import { hitKey, type DocActions, type DocView, type SortHandle } from './types';
import { useColumnWidths } from './useColumnWidths';

export interface DocTableProps {
  hits: readonly Hit[];
  view: DocView;
  actions: DocActions;
  sort: SortHandle;
  onMoveColumn: (name: string, by: number) => void;
  /** Called when the reader nears the end. */
  onEnd?: (() => void) | undefined;
  /** Shown below the last row. */
  footer?: ReactNode;
  /** Row to begin at and to mark. */
  anchor?: string | undefined;
  scrollRef?: RefObject<HTMLDivElement | null>;
  /** Another value: other documents, to be read from the top. */
  resultKey?: string;
}

/** Documents as rows; only those in sight are in the page, so any number may be loaded. */
export function DocTable({
  hits,
  view,
  actions,
  sort,
  onMoveColumn,
  onEnd,
  footer,
  anchor,
  scrollRef,
  resultKey,
}: DocTableProps) {
  const own = useRef<HTMLDivElement>(null);
  const scroller = scrollRef ?? own;
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  const widths = useColumnWidths(view.columns, hits);
  const isSummary = view.columns.length === 0;
  // oxlint-disable-next-line react/incompatible-library -- its functions are not passed on, so nothing goes stale
  const rows = useVirtualizer({
    count: hits.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (view.wrap && isSummary ? 66 : 26),
    getItemKey: (index) => hitKey(hits[index] as Hit),
    overscan: 12,
  });
  const items = rows.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? -1;

  useEffect(() => {
    if (lastShown >= hits.length - 60 && hits.length > 0) onEnd?.();
  }, [lastShown, hits.length, onEnd]);
  useEffect(() => rows.measure(), [view.wrap, view.columns.length, rows]);
  useEffect(() => {
    if (resultKey !== undefined) rows.scrollToOffset(0);
  }, [resultKey, rows]);
  const anchorAt = anchor === undefined ? -1 : hits.findIndex((hit) => hitKey(hit) === anchor);
  useEffect(() => {
    if (anchorAt >= 0) rows.scrollToIndex(anchorAt, { align: 'center' });
  }, [anchorAt, rows]);

  const toggle = useCallback(
    (key: string) =>
      setExpanded((before) => {
        const next = new Set(before);
        if (!next.delete(key)) next.add(key);
        return next;
      }),
    [],
  );
  const span = 1 + (view.timeField === undefined ? 0 : 1) + Math.max(view.columns.length, 1);
  const above = items[0]?.start ?? 0;
  const below = rows.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div
      ref={scroller}
      className={classes.scroller}
      data-test-subj="discoverDocTable"
      tabIndex={0}
      role="region"
      aria-label="Documents"
    >
      <table
        className={classes.table}
        data-wrap={view.wrap || undefined}
        aria-rowcount={hits.length + 1}
        style={{ minWidth: widths.total }}
      >
        <colgroup>
          <col style={{ width: 30 }} />
          {view.timeField !== undefined && <col style={{ width: 212 }} />}
          {isSummary ? (
            <col />
          ) : (
            view.columns.map((name) => <col key={name} style={{ width: widths.of(name) }} />)
          )}
        </colgroup>
        <HeadRow
          view={view}
          sort={sort}
          widths={widths}
          onMoveColumn={onMoveColumn}
          onRemoveColumn={actions.onToggleColumn}
        />
        {above > 0 && <Spacer height={above} span={span} />}
        {items.map((item) => {
          const hit = hits[item.index] as Hit;
          const key = String(item.key);
          return (
            <DocRow
              key={key}
              ref={rows.measureElement}
              index={item.index}
              hit={hit}
              view={view}
              actions={actions}
              span={span}
              expanded={expanded.has(key)}
              isAnchor={key === anchor}
              onToggle={toggle}
            />
          );
        })}
        {below > 0 && <Spacer height={below} span={span} />}
      </table>
      {footer}
    </div>
  );
}

function Spacer({ height, span }: { height: number; span: number }) {
  return (
    <tbody aria-hidden>
      <tr>
        <td colSpan={span} style={{ height, padding: 0, border: 0 }} />
      </tr>
    </tbody>
  );
}
