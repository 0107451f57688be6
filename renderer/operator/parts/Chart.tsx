/** One question a chart; its title is the answer. */
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

interface ChartProps {
  /** The answer. */
  readonly title: string;
  /** One label a bar. */
  readonly labels: readonly string[];
  readonly values: readonly number[];
  /** How a value is written on the axis. */
  readonly format: (value: number) => string;
}

const HEIGHT_em = 11;

/** Bars from zero, in one colour: length is the only thing to read. */
export function Chart({ title, labels, values, format }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current } = box;
    if (current === null) return undefined;
    const style = getComputedStyle(current);
    const em = parseFloat(style.fontSize);
    const font = `${Math.round(em * 0.75)}px ${style.fontFamily}`;
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const axis = { stroke: colour('--c-quiet'), font, ticks: { show: false }, grid: { stroke: colour('--c-line'), width: 1 } };
    const size = () => ({ width: current.clientWidth, height: em * HEIGHT_em });
    const chart = new uPlot(
      {
        ...size(),
        legend: { show: false },
        cursor: { show: false },
        padding: [em * 0.6, em * 0.4, 0, 0],
        scales: { x: { time: false, range: [-0.6, labels.length - 0.4] }, y: { range: (_, __, max) => [0, Math.max(1, max * 1.05)] } },
        axes: [
          {
            ...axis,
            grid: { show: false },
            size: em * 1.8,
            // As many labels as there is room for.
            splits: (self) => spread(labels.length, Math.max(2, Math.floor(self.width / (em * 3.2)))),
            values: (_, splits) => splits.map((i) => labels[i] ?? ''),
          },
          { ...axis, size: em * 4.6, splits: (_, __, min, max) => round(min, max), values: (_, splits) => splits.map(format) },
        ],
        series: [
          {},
          {
            fill: colour('--c-accent'),
            stroke: colour('--c-accent'),
            width: 0,
            points: { show: false },
            ...bars(em * 3),
          },
        ],
      },
      [labels.map((_, i) => i), [...values]],
      current,
    );
    const watch = new ResizeObserver(() => chart.setSize(size()));
    watch.observe(current);
    return () => {
      watch.disconnect();
      chart.destroy();
    };
  }, [labels, values, format]);
  return (
    <figure className="c-chart">
      <figcaption>{title}</figcaption>
      <div ref={box} aria-hidden="true" />
    </figure>
  );
}

/** Bars are an optional part of uPlot's build. */
function bars(widest_px: number): Pick<uPlot.Series, 'paths'> {
  const paths = uPlot.paths.bars?.({ size: [0.7, widest_px] });
  return paths === undefined ? {} : { paths };
}

function spread(count: number, room: number): number[] {
  const step = Math.max(1, Math.ceil(count / room));
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
}

/** Four or five round numbers from 0. */
function round(_min: number, max: number): number[] {
  const rough = max / 4;
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? power * 10;
  return Array.from({ length: Math.floor(max / step) + 1 }, (_, i) => i * step);
}

/** Names and amounts, longest first: too many words for an axis. */
export function BarList({
  title,
  rows,
}: {
  title: string;
  rows: readonly { readonly key: string; readonly name: string; readonly value: number; readonly says: string }[];
}) {
  const most = Math.max(1, ...rows.map(({ value }) => value));
  return (
    <figure className="c-chart">
      <figcaption>{title}</figcaption>
      <ul className="c-bars">
        {rows.map(({ key, name, value, says }) => (
          <li key={key}>
            <span>{name}</span>
            <meter min={0} max={most} value={value} />
            <b>{says}</b>
          </li>
        ))}
      </ul>
    </figure>
  );
}
