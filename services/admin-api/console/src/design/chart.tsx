import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import UPlot from 'uplot';
import { usePreferences } from '../shell/preferences.tsx';
import type { Language } from '../words/words.ts';
import 'uplot/dist/uPlot.min.css';
import './chart.css';
import { timeLabels } from './chart-axis.ts';
import { type ChartData, isolated, latest } from './chart-data.ts';

export type ChartLine = {
  readonly name: string;
  /** Name of a colour of tokens.css, `--insert`. */
  readonly colour: string;
  readonly isFilled?: boolean;
};

type ChartProps = {
  readonly label: string;
  readonly lines: readonly ChartLine[];
  readonly data: ChartData;
  /** The shown time, ms since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly format: (value: number) => string;
  /** Text of the axis, whose texts stand `step` apart; `steps`: which those may be. */
  readonly formatAxis: (value: number, step: number) => string;
  readonly steps?: readonly number[];
  readonly formatTime: (at: number) => string;
  /** Charts with the same group move their cursors together. */
  readonly group?: string;
  /** Called with a stretch of time that was drawn with the mouse, ms. */
  readonly onZoom?: (from: number, to: number) => void;
};

const HEIGHT = 210;

/** Lines over time. The values under the cursor stand above the lines, each a button that hides its line; arrow keys move the cursor. */
export function Chart(props: ChartProps): ReactNode {
  const { label, lines, data, format, formatTime } = props;
  const [index, setIndex] = useState<number | null>(null);
  const [hidden, setHidden] = useState<readonly string[]>([]);
  const { holder, plot } = usePlot(props, hidden, setIndex);
  const at = index === null ? undefined : data.times[index];
  const textAt = (line: number): string => {
    const value = index === null ? latest(data.values[line]) : (data.values[line]?.[index] ?? undefined);
    return value === undefined ? '–' : format(value);
  };
  const toggle = (name: string): void =>
    setHidden(hidden.includes(name) ? hidden.filter((each) => each !== name) : [...hidden, name]);
  return (
    <figure className="chart">
      <figcaption className="chart-legend">
        {lines.map(({ name, colour }, line) => (
          <button
            key={name}
            type="button"
            className="chart-entry"
            aria-pressed={!hidden.includes(name)}
            onClick={() => toggle(name)}
          >
            <i style={{ background: `var(${colour})` }} />
            {name}
            <b>{textAt(line)}</b>
          </button>
        ))}
        <span className="chart-time muted">{at === undefined ? '' : formatTime(at * 1_000)}</span>
      </figcaption>
      <div
        ref={holder}
        className="chart-plot"
        style={{ height: HEIGHT }}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, data.times.length - 1)}
        aria-valuenow={index ?? Math.max(0, data.times.length - 1)}
        aria-valuetext={[
          ...(at === undefined ? [] : [formatTime(at * 1_000)]),
          ...lines.map(({ name }, line) => `${name} ${textAt(line)}`),
        ].join(', ')}
        onKeyDown={(event) => moveCursor(event, plot.current, index)}
      />
    </figure>
  );
}

/** Makes the plot anew when theme, lines or words change; data and size are given to the one that stands. */
function usePlot(props: ChartProps, hidden: readonly string[], setIndex: (index: number | null) => void) {
  const { theme, language } = usePreferences();
  const scheme = useScheme();
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  const latestProps = useRef(props);
  latestProps.current = props;
  const isShown = props.lines.map(({ name }) => !hidden.includes(name));
  // biome-ignore lint/correctness/useExhaustiveDependencies: a theme and a language are what the plot is painted with
  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const made = new UPlot(
      optionsOf(element, latestProps, language, setIndex),
      alignedOf(latestProps.current.data),
      element,
    );
    plot.current = made;
    isShown.forEach((show, line) => {
      made.setSeries(line + 1, { show });
    });
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [theme, scheme, language, props.lines.map(({ name }) => name).join(), isShown.join()]);
  useEffect(() => plot.current?.setData(alignedOf(props.data)), [props.data]);
  return { holder, plot };
}

function optionsOf(
  element: HTMLElement,
  props: { readonly current: ChartProps },
  language: Language,
  setIndex: (index: number | null) => void,
): UPlot.Options {
  const { steps } = props.current;
  const colour = (name: string): string => colourOf(element, name);
  const axis = { stroke: colour('--text-3'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
  const font = `11px ${getComputedStyle(element).fontFamily}`;
  return {
    width: Math.max(element.clientWidth, 100),
    height: HEIGHT,
    legend: { show: false },
    // Half a text of the axis of times has room at its end.
    padding: [8, 20, 0, 0],
    cursor: {
      y: false,
      points: { size: 6 },
      drag: { x: props.current.onZoom !== undefined, y: false, setScale: false },
      ...(props.current.group === undefined ? {} : { sync: { key: props.current.group } }),
    },
    scales: {
      x: { range: () => [props.current.from / 1_000, props.current.to / 1_000] },
      y: { range: (_plot, _min, max) => [0, (max ?? 0) > 0 ? max * 1.08 : 1] },
    },
    axes: [
      {
        ...axis,
        font,
        space: 72,
        size: 40,
        lineGap: 1.3,
        values: (_plot, splits, _axis, _space, step) => timeLabels(splits, step, language),
      },
      {
        ...axis,
        font,
        size: 60,
        ...(steps === undefined ? {} : { incrs: [...steps] }),
        values: (_plot, splits, _axis, _space, step) => splits.map((split) => props.current.formatAxis(split, step)),
      },
    ],
    series: [
      {},
      ...props.current.lines.map((line) => ({
        label: line.name,
        stroke: colour(line.colour),
        width: 1.5,
        points: {
          size: 5,
          fill: colour(line.colour),
          filter: (plot: UPlot, series: number) => isolated(plot.data[series]),
        },
        ...(line.isFilled === true ? { fill: faded(colour(line.colour)) } : {}),
      })),
    ],
    hooks: {
      setCursor: [(plot) => setIndex(plot.cursor.idx ?? null)],
      setSelect: [(plot) => zoom(plot, props.current)],
    },
  };
}

function zoom(plot: UPlot, { onZoom }: ChartProps): void {
  const { left, width } = plot.select;
  if (width < 8) return;
  onZoom?.(plot.posToVal(left, 'x') * 1_000, plot.posToVal(left + width, 'x') * 1_000);
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}

function moveCursor(event: KeyboardEvent, plot: UPlot | undefined, index: number | null): void {
  const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -1e9, End: 1e9 }[event.key];
  if (plot === undefined || step === undefined) return;
  event.preventDefault();
  const times = plot.data[0];
  const next = Math.min(times.length - 1, Math.max(0, (index ?? times.length - 1) + step));
  const time = times[next];
  // NOTE the first step may begin before the shown time.
  if (time !== undefined) plot.setCursor({ left: Math.max(0, plot.valToPos(time, 'x')), top: 10 });
}

function alignedOf({ times, values }: ChartData): UPlot.AlignedData {
  return [[...times], ...values.map((line) => [...line])];
}

/** A canvas knows no variables: what the browser makes of one. */
function colourOf(element: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function faded(rgb: string): string {
  return rgb.replace('rgb(', 'rgba(').replace(')', ', 0.13)');
}

/** light or dark, as the system has it. */
function useScheme(): boolean {
  const [isDark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const listen = (): void => setDark(query.matches);
    query.addEventListener('change', listen);
    return () => query.removeEventListener('change', listen);
  }, []);
  return isDark;
}
