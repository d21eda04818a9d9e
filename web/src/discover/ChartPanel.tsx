import { ActionIcon, NativeSelect, Skeleton, Text, Tooltip } from '@mantine/core';
import { IconChartBar, IconChartBarOff, IconTextWrap, IconTextWrapDisabled } from '@tabler/icons-react';
import { useMemo, type ReactNode } from 'react';
import type { SearchResponse } from '../base/search/types';
import { totalHits } from '../base/search/types';
import { formatCount, formatDate } from '../base/time/format';
import { describeInterval, INTERVAL_CHOICES } from '../base/time/interval';
import type { Bounds } from '../base/time/range';
import { zoneName, type Zone } from '../base/time/zone';
import { Histogram } from '../widgets/histogram/Histogram';
import { readBars } from './bars';
import classes from './Discover.module.css';
import type { SearchPlan } from './useSearch';

interface Props {
  response: SearchResponse | undefined;
  plan: SearchPlan | null;
  loading: boolean;
  timed: boolean;
  hideChart: boolean;
  interval: string;
  zone: Zone;
  wrap: boolean;
  onWrap: (wrap: boolean) => void;
  onInterval: (interval: string) => void;
  onHideChart: (hide: boolean) => void;
  onBrush: (bounds: Bounds) => void;
  tools?: ReactNode;
}

/** The number of matches and their histogram. */
export function ChartPanel(props: Props) {
  const { response, plan, timed, hideChart, interval, zone } = props;
  const bars = useMemo(() => readBars(response), [response]);
  const count = response ? totalHits(response) : undefined;
  return (
    <section className={classes.chart} aria-label="Histogram" aria-busy={props.loading}>
      <div className={classes.chartHead}>
        <Text size="sm" aria-live="polite" component="div" className={classes.hits}>
          <b data-test-subj="discoverQueryHits">
            {count === undefined ? (props.loading ? '…' : '–') : formatCount(count)}
          </b>{' '}
          {count === 1 ? 'hit' : 'hits'}
        </Text>
        {timed && plan?.bounds && (
          <Text size="xs" c="dimmed" className={classes.span} component="div">
            <span className={classes.spanDates}>
              {formatDate(plan.bounds.min, 'MMM D, YYYY @ HH:mm:ss.SSS', zone)} –{' '}
              {formatDate(plan.bounds.max, 'MMM D, YYYY @ HH:mm:ss.SSS', zone)}
            </span>
            <span title="Time zone of all times shown (Advanced settings: dateFormat:tz)">
              {' '}
              {zoneName(zone)}
            </span>
          </Text>
        )}
        <div className={classes.chartTools}>
          {props.tools}
          {timed && !hideChart && (
            <>
              {plan?.chosen?.scaled === true && (
                <Tooltip
                  multiline
                  w={260}
                  label={`This interval makes too many bars for the range: scaled to ${describeInterval(plan.chosen.interval)}`}
                >
                  <Text
                    size="xs"
                    c="orange"
                    tabIndex={0}
                    data-test-subj="discoverIntervalSelectScaledToDescription"
                  >
                    scaled to {describeInterval(plan.chosen.interval)}
                  </Text>
                </Tooltip>
              )}
              <NativeSelect
                size="xs"
                aria-label="Interval of the histogram"
                title={plan?.chosen ? `A bar is ${describeInterval(plan.chosen.interval)} wide` : undefined}
                data={INTERVAL_CHOICES.map(([value, label]) => ({
                  value,
                  label:
                    value === 'auto' && plan?.chosen && interval === 'auto'
                      ? `Auto (${plan.chosen.interval})`
                      : label,
                }))}
                value={interval}
                data-test-subj="discoverIntervalSelect"
                onChange={(event) => props.onInterval(event.currentTarget.value)}
              />
            </>
          )}
          <Toggle
            label={props.wrap ? 'One line per document' : 'Wrap long lines'}
            subject="discoverWrapToggle"
            onClick={() => props.onWrap(!props.wrap)}
          >
            {props.wrap ? <IconTextWrapDisabled size={16} /> : <IconTextWrap size={16} />}
          </Toggle>
          {timed && (
            <Toggle
              label={hideChart ? 'Show chart' : 'Hide chart'}
              subject="discoverChartToggle"
              onClick={() => props.onHideChart(!hideChart)}
            >
              {hideChart ? <IconChartBar size={16} /> : <IconChartBarOff size={16} />}
            </Toggle>
          )}
        </div>
      </div>
      {timed && !hideChart && (
        <div className={classes.chartBody} data-loading={props.loading || undefined}>
          {plan?.bounds && plan.chosen && response ? (
            <Histogram
              {...bars}
              bounds={plan.bounds}
              interval={plan.chosen.interval}
              zone={zone}
              height={128}
              onBrush={props.onBrush}
            />
          ) : (
            props.loading && <Skeleton className={classes.chartSkeleton} />
          )}
        </div>
      )}
    </section>
  );
}

function Toggle({
  label,
  subject,
  onClick,
  children,
}: {
  label: string;
  subject: string;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} data-test-subj={subject} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
