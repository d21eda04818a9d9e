import type uPlot from 'uplot';
import { formatDate } from '../../base/time/format';
import { intervalMillis } from '../../base/time/interval';
import type { HistogramProps } from './Histogram';

type OnHover = (bar: number | null, left: number) => void;

/** Cumulated counts, the topmost series first, so that lower ones are drawn over it. */
function stacked(props: HistogramProps): number[][] {
  const sums: number[][] = [];
  for (const part of props.series) {
    const below = sums.at(-1);
    sums.push(part.counts.map((count, bar) => count + (below?.[bar] ?? 0)));
  }
  return sums.toReversed();
}

function tickPattern(stepMillis: number, spanMillis: number): string {
  if (stepMillis >= 86_400_000) return 'MMM D';
  if (spanMillis > 86_400_000) return 'MMM D, HH:mm';
  if (stepMillis >= 60_000) return 'HH:mm';
  return stepMillis >= 1000 ? 'HH:mm:ss' : 'HH:mm:ss.SSS';
}

function shortCount(count: number): string {
  return count.toLocaleString('en-US', { notation: 'compact', maximumFractionDigits: 1 });
}

function barAt(times: readonly number[], millis: number, width: number): number | null {
  for (let bar = times.length - 1; bar >= 0; bar -= 1) {
    const begin = times[bar] as number;
    if (begin <= millis) return millis < begin + width ? bar : null;
  }
  return null;
}

/** Where the day or hour begins in the zone is where ticks belong, so steps are whole in wall-clock time. */
function timeTicks(min: number, max: number, step: number, zone: string): number[] {
  const shift = Number(
    formatDate(min * 1000, 'ZZ', zone).replace(
      /^([+-])(\d\d)(\d\d)$/,
      (_, sign: string, hours: string, minutes: string) =>
        `${sign}${Number(hours) * 3600 + Number(minutes) * 60}`,
    ),
  );
  const ticks: number[] = [];
  for (let at = Math.ceil((min + shift) / step) * step - shift; at <= max; at += step) ticks.push(at);
  return ticks;
}

const TIME_STEPS = [
  0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800,
  21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600, 2_592_000, 7_776_000, 31_536_000,
];

/** uPlot's options and data for stacked bars; a drag or a click calls `onBrush`. */
export function barOptions(
  props: HistogramProps,
  width: number,
  scheme: 'light' | 'dark',
  host: HTMLElement,
  onHover: OnHover,
): { options: uPlot.Options; data: uPlot.AlignedData } {
  const { times, series, bounds, interval, zone, height } = props;
  const barMillis = intervalMillis(interval);
  const style = getComputedStyle(host);
  const ink = scheme === 'dark' ? '#909296' : '#6b7280';
  const grid = scheme === 'dark' ? 'rgba(255,255,255,0.07)' : 'rgba(0,0,0,0.07)';
  const left = Math.min(times[0] ?? bounds.min, bounds.min) / 1000;
  const right = bounds.max / 1000;
  const span = Math.max(right - left, 0.001);
  const step = TIME_STEPS.find((size) => span / size <= width / 95) ?? 31_536_000;
  const font = `11px ${style.fontFamily}`;
  const options: uPlot.Options = {
    width,
    height,
    padding: [6, 12, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false }, y: false },
    scales: {
      x: { time: false, range: () => [left, right] },
      y: { range: (_, __, max) => [0, Math.max(max * 1.05, 1)] },
    },
    axes: [
      {
        stroke: ink,
        font,
        size: 26,
        gap: 4,
        grid: { show: false },
        ticks: { stroke: grid, size: 4 },
        // A label that would be cut at the edge is left out.
        splits: () => timeTicks(left, right - (span * 42) / width, step, zone),
        values: (_, splits) =>
          splits.map((at) => formatDate(at * 1000, tickPattern(step * 1000, span * 1000), zone)),
      },
      {
        stroke: ink,
        font,
        size: 46,
        gap: 4,
        grid: { stroke: grid, width: 1 },
        ticks: { show: false },
        incrs: [
          1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7,
          1e8, 1e9,
        ],
        space: 28,
        values: (_, splits) => splits.map(shortCount),
      },
    ],
    series: [{}, ...series.toReversed().map((part) => barSeries(part.label, part.color, barMillis))],
    hooks: {
      setCursor: [
        (plot) => {
          const at = plot.cursor.left ?? -1;
          const bar = at < 0 ? null : barAt(times, plot.posToVal(at, 'x') * 1000, barMillis);
          onHover(bar, at + plot.over.offsetLeft);
        },
      ],
      setSelect: [
        (plot) => {
          const { left: from, width: size } = plot.select;
          if (size < 3) return;
          props.onBrush({
            min: Math.floor(plot.posToVal(from, 'x') * 1000),
            max: Math.ceil(plot.posToVal(from + size, 'x') * 1000),
          });
        },
      ],
      ready: [
        (plot) => {
          plot.over.addEventListener('click', () => {
            if (plot.select.width >= 3) return;
            const bar = barAt(times, plot.posToVal(plot.cursor.left ?? -1, 'x') * 1000, barMillis);
            if (bar !== null) props.onBrush({ min: times[bar] ?? 0, max: (times[bar] ?? 0) + barMillis - 1 });
          });
        },
      ],
    },
  };
  return { options, data: [times.map((time) => time / 1000), ...stacked(props)] as uPlot.AlignedData };
}

/** Bars stand at the begin of their interval and are as wide as it. */
function barSeries(label: string, color: string, barMillis: number): uPlot.Series {
  return {
    label,
    fill: color,
    width: 0,
    points: { show: false },
    paths: (plot, index) => {
      const xs = plot.data[0];
      const ys = plot.data[index] ?? [];
      const fill = new Path2D();
      const base = plot.valToPos(0, 'y', true);
      xs.forEach((x, at) => {
        const y = ys[at];
        if (!y) return;
        const from = plot.valToPos(x, 'x', true);
        const to = plot.valToPos(x + barMillis / 1000, 'x', true);
        const gap = to - from > 5 ? 1.5 : to - from > 3 ? 0.75 : 0;
        const top = Math.min(plot.valToPos(y, 'y', true), base - 1.5);
        fill.rect(from, top, Math.max(to - from - gap, 1), base - top);
      });
      return { fill, flags: 1 };
    },
  };
}
