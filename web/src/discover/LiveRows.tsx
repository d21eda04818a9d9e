import { Button, Text } from '@mantine/core';
import { IconArrowUp, IconBroadcast } from '@tabler/icons-react';
import { useCallback, useRef } from 'react';
import type { PatternField } from '../base/search/fields';
import { formatCount, formatDate } from '../base/time/format';
import { DocTable } from '../widgets/docTable/DocTable';
import type { DocActions, DocView } from '../widgets/docTable/types';
import classes from './Discover.module.css';
import { LIVE_ROWS } from './liveTail';
import { RowSkeletons } from './ResultRows';
import { useLiveTail, type LiveSource } from './useLiveTail';

interface Props {
  source: LiveSource;
  fields: readonly PatternField[];
  view: DocView;
  actions: DocActions;
  onMoveColumn: (name: string, by: number) => void;
}

const NO_SORT = { sort: [], onSort: () => undefined };

/** The newest documents as they arrive; scrolled down or with a document open, nothing moves. */
export function LiveRows({ source, fields, view, actions, onMoveColumn }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const isHeld = useCallback(() => {
    const box = scroller.current;
    return box !== null && (box.scrollTop > 4 || box.querySelector('[data-expanded]') !== null);
  }, []);
  const tail = useLiveTail(source, fields, isHeld);
  const show = (): void => {
    tail.release();
    scroller.current?.scrollTo({ top: 0 });
  };
  return (
    <div className={classes.rows} data-test-subj="discoverLiveRows">
      <div className={classes.liveBar} role="status">
        <IconBroadcast size={16} className={classes.liveIcon} data-fault={tail.error !== null || undefined} />
        {tail.error ? (
          <Text size="xs" c="red">
            {tail.error.message}; trying again
          </Text>
        ) : (
          <Text size="xs" c="dimmed">
            {tail.lastMillis === null
              ? 'connecting'
              : `${formatCount(tail.shown.length)} lines, looked at ${formatDate(tail.lastMillis, 'HH:mm:ss', view.zone)}`}
            {tail.shown.length >= LIVE_ROWS && ': older ones leave at the end'}
          </Text>
        )}
        {tail.waiting > 0 && (
          <Button
            size="compact-xs"
            leftSection={<IconArrowUp size={13} />}
            onClick={show}
            data-test-subj="discoverLiveWaiting"
          >
            {formatCount(tail.waiting)} new {tail.waiting === 1 ? 'line' : 'lines'}
          </Button>
        )}
      </div>
      {tail.shown.length === 0 && tail.lastMillis === null && !tail.error ? (
        <RowSkeletons />
      ) : (
        <DocTable
          hits={tail.shown}
          view={view}
          actions={actions}
          sort={NO_SORT}
          onMoveColumn={onMoveColumn}
          scrollRef={scroller}
        />
      )}
    </div>
  );
}
