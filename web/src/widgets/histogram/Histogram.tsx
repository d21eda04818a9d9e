import { useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatCount, formatDate } from '../../base/time/format';
import { intervalMillis } from '../../base/time/interval';
import type { Bounds } from '../../base/time/range';
import type { Zone } from '../../base/time/zone';
import { useLatest } from '../useLatest';
import { barOptions } from './barOptions';
import classes from './Histogram.module.css';

export interface Series {
  label: string;
  /** A CSS colour. */
  color: string;
  /** One count a bar. */
  counts: number[];
}

export interface HistogramProps {
  /** Begin of each bar in milliseconds, ascending. */
  times: readonly number[];
  /** Stacked, the first at the bottom. */
  series: readonly Series[];
  bounds: Bounds;
  interval: string;
  zone: Zone;
  height: number;
  onBrush: (bounds: Bounds) => void;
}

interface Hover {
  left: number;
  bar: number;
}

/** Bars of counts over time; drag to choose a span, click a bar to choose it. */
export function Histogram(props: HistogramProps) {
  const { times, series, bounds, interval, zone, height } = props;
  const { ref, width } = useElementSize();
  const host = useRef<HTMLDivElement>(null);
  const brush = useLatest(props.onBrush);
  const [hover, setHover] = useState<Hover | null>(null);
  const scheme = useComputedColorScheme('light');
  const { min, max } = bounds;
  useEffect(() => {
    if (!host.current || width === 0) return undefined;
    const shown = {
      times,
      series,
      bounds: { min, max },
      interval,
      zone,
      height,
      onBrush: (span: Bounds) => brush.current(span),
    };
    const { options, data } = barOptions(shown, width, scheme, host.current, (bar, left) =>
      setHover(bar === null ? null : { bar, left }),
    );
    const plot = new uPlot(options, data, host.current);
    return () => {
      plot.destroy();
      setHover(null);
    };
  }, [times, series, min, max, interval, zone, width, height, scheme, brush]);
  return (
    <div ref={ref} className={classes.frame} style={{ height }}>
      <div ref={host} role="img" aria-label={describe(props)} data-test-subj="discoverChart" />
      {hover && <HoverCard {...props} bar={hover.bar} left={hover.left} width={width} />}
    </div>
  );
}

function totalOf(series: readonly Series[], bar: number): number {
  return series.reduce((sum, part) => sum + (part.counts[bar] ?? 0), 0);
}

function describe({ times, series, zone }: HistogramProps): string {
  if (times.length === 0) return 'Histogram: no documents';
  const counts = times.map((_, bar) => totalOf(series, bar));
  const top = counts.indexOf(Math.max(...counts));
  return `Histogram of counts over time, ${times.length} bars, most at ${formatDate(times[top] ?? 0, 'MMM D, HH:mm:ss', zone)}: ${formatCount(counts[top] ?? 0)}`;
}

function HoverCard({
  times,
  series,
  interval,
  zone,
  bar,
  left,
  width,
}: HistogramProps & { bar: number; left: number; width: number }) {
  const begin = times[bar] ?? 0;
  const end = begin + intervalMillis(interval);
  const pattern = intervalMillis(interval) < 1000 ? 'HH:mm:ss.SSS' : 'HH:mm:ss';
  const parts = series.filter((part) => (part.counts[bar] ?? 0) > 0);
  const side = left > width / 2 ? { right: width - left + 12 } : { left: left + 12 };
  return (
    <div className={classes.hover} style={side} role="status">
      <div className={classes.when}>
        {formatDate(begin, `MMM D, ${pattern}`, zone)} – {formatDate(end, pattern, zone)}
      </div>
      <div className={classes.count}>{formatCount(totalOf(series, bar))}</div>
      {series.length > 1 &&
        parts.toReversed().map((part) => (
          <div key={part.label} className={classes.part}>
            <span className={classes.dot} style={{ background: part.color }} />
            {part.label}
            <span className={classes.partCount}>{formatCount(part.counts[bar] ?? 0)}</span>
          </div>
        ))}
    </div>
  );
}
