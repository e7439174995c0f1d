import { type KeyboardEvent, type PointerEvent, useId, useMemo, useRef, useState } from 'react';
import { bucketText, count, countShort, tickText } from '@/ui/timeText';
import { useWidth } from '@/ui/useWidth';
import { useZone, zoneOffset } from '@/ui/zone';
import classes from './charts.module.css';
import { colourOf, labelled, type Series, sum, ticks, totals } from './series';

export interface BarChartProps {
  /** What is counted and when: "Events, last 24 hours". */
  label: string;
  starts: number[];
  /** The width of a bucket in milliseconds. */
  step: number;
  /** On top of each other, the first at the bottom. */
  series: Series[];
  /** What is counted, in the plural. */
  unit?: string;
  height?: number;
  /** Now, in milliseconds: a bucket that is still filling is drawn lighter. */
  now?: number;
  /** A bar was chosen, or several were dragged over. Milliseconds, `to` excluded. */
  onSelect?: (from: number, to: number) => void;
  /** What choosing does: "shows these events". */
  selectMeaning?: string;
}

const amount = (n: number, unit: string): string => `${count(n)} ${n === 1 ? unit.replace(/s$/, '') : unit}`;

interface Range {
  anchor: number;
  at: number;
}

const left = 38;
const top = 8;
const bottom = 20;

/**
 * Bars over time. Hover, touch or the arrow keys read a bar; dragging, or Shift with the arrow keys, takes several;
 * Enter chooses them. The same numbers stand in a table that a button opens.
 */
export function BarChart(props: BarChartProps) {
  const { label, starts, step, series, unit = 'events', height = 150, onSelect } = props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [range, setRange] = useState<Range | null>(null);
  const [dragging, setDragging] = useState(false);
  const [table, setTable] = useState(false);
  // Its texts name hours and days.
  useZone();
  const n = starts.length;
  const all = useMemo(() => totals(series, n), [series, n]);
  const total = sum(all);
  const peak = Math.max(0, ...all);
  const best = peak > 0 ? all.indexOf(peak) : -1;
  const summary =
    total === 0
      ? `${label}: no ${unit}.`
      : `${label}: ${amount(total, unit)}, most ${count(peak)} ${bucketText(starts[best] ?? 0, step)}.`;

  const first = range === null ? -1 : Math.min(range.anchor, range.at);
  const last = range === null ? -1 : Math.max(range.anchor, range.at);
  const choose = (): void => {
    const from = starts[first];
    const to = starts[last];
    if (onSelect && from !== undefined && to !== undefined) onSelect(from, to + step);
  };

  const indexAt = (event: PointerEvent<HTMLDivElement>): number => {
    const edge = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - edge.left - left) / Math.max(1, edge.width - left);
    return Math.max(0, Math.min(n - 1, Math.floor(share * n)));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = range?.at ?? n - 1;
    const to = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, Home: 0, End: n - 1 }[event.key];
    if (to !== undefined) {
      const next = Math.max(0, Math.min(n - 1, to));
      setRange({ anchor: event.shiftKey ? (range?.anchor ?? at) : next, at: next });
    } else if ((event.key === 'Enter' || event.key === ' ') && range !== null) {
      choose();
    } else if (event.key === 'Escape' && range !== null) {
      setRange(null);
      setDragging(false);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const valueText =
    range === null
      ? summary
      : `${bucketText(starts[first] ?? 0, step, (starts[last] ?? 0) + step)}: ${amount(sum(all.slice(first, last + 1)), unit)}`;

  return (
    <figure className={classes.chart} aria-label={label}>
      <p className="pk-hidden">{summary}</p>
      <div
        ref={box}
        className={classes.plot}
        data-open={onSelect !== undefined}
        role="slider"
        tabIndex={n > 0 ? 0 : -1}
        aria-label={`Bars of ${label}`}
        aria-orientation="horizontal"
        aria-valuemin={1}
        aria-valuemax={Math.max(1, n)}
        aria-valuenow={Math.max(1, (range?.at ?? n - 1) + 1)}
        aria-valuetext={valueText}
        aria-describedby={onSelect ? `${id}-how` : undefined}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          if (range === null && n > 0 && event.currentTarget.matches(':focus-visible')) setRange({ anchor: n - 1, at: n - 1 });
        }}
        onBlur={() => {
          setRange(null);
        }}
        onPointerDown={(event) => {
          if (n === 0 || event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          const at = indexAt(event);
          setDragging(true);
          setRange({ anchor: at, at });
        }}
        onPointerMove={(event) => {
          if (n === 0) return;
          const at = indexAt(event);
          setRange(dragging && range !== null ? { anchor: range.anchor, at } : { anchor: at, at });
        }}
        onPointerUp={(event) => {
          if (dragging && range !== null) choose();
          setDragging(false);
          if (event.pointerType === 'touch') event.currentTarget.blur();
        }}
        onPointerCancel={() => {
          setDragging(false);
          setRange(null);
        }}
        onPointerLeave={() => {
          if (!dragging) setRange(null);
        }}
      >
        <Bars {...props} height={height} width={width} all={all} peak={peak} first={first} last={last} />
        {total === 0 && <span className={classes.none}>No {unit}</span>}
        {range !== null && (
          <Reading
            x={left + ((first + last + 1) / 2 / Math.max(1, n)) * Math.max(0, width - left)}
            width={width}
            when={bucketText(starts[first] ?? 0, step, (starts[last] ?? 0) + step)}
            series={series}
            first={first}
            last={last}
            unit={unit}
          />
        )}
      </div>
      {onSelect && (
        <p id={`${id}-how`} className="pk-hidden">
          Arrow keys read the bars, Shift with them takes several, Enter {props.selectMeaning ?? 'chooses them'}.
        </p>
      )}
      <div className={classes.foot}>
        {series.length > 1 && (
          <ul className={classes.legend} aria-label="Colors">
            {series.map((one, index) => (
              <li key={one.key}>
                <svg width={9} height={9} aria-hidden>
                  <rect width={9} height={9} rx={2} className={classes.fill} data-series={colourOf(series, index)} />
                </svg>
                {one.title}
              </li>
            ))}
          </ul>
        )}
        <button
          type="button"
          className={classes.tableSwitch}
          aria-expanded={table}
          onClick={() => {
            setTable(!table);
          }}
        >
          {table ? 'Hide table' : 'Show as table'}
          <span className="pk-hidden"> {label}</span>
        </button>
      </div>
      {table && <Table label={label} starts={starts} step={step} series={series} all={all} />}
    </figure>
  );
}

interface BarsProps extends BarChartProps {
  height: number;
  width: number;
  all: number[];
  peak: number;
  first: number;
  last: number;
}

function Bars({ starts, step, series, height, width, all, peak, first, last, now }: BarsProps) {
  const n = starts.length;
  const plotWidth = Math.max(0, width - left);
  const plotHeight = height - top - bottom;
  const axis = ticks(peak);
  const ceiling = axis.at(-1) ?? 1;
  const y = (value: number): number => top + plotHeight - Math.round((value / ceiling) * plotHeight);
  const x = (index: number): number => left + Math.round((index / Math.max(1, n)) * plotWidth);
  const band = plotWidth / Math.max(1, n);
  const gap = band >= 12 ? 2 : band >= 3 ? 1 : 0;
  const lastOpen = now !== undefined && n > 0 && (starts[n - 1] ?? 0) + step > now;

  const paths = series.map(() => ({ closed: '', open: '' }));
  for (let index = 0; index < n; index += 1) {
    let below = 0;
    // A thin bar still shows: the lowest piece of a bucket with events is at least two pixels tall.
    const lift = (all[index] ?? 0) > 0 ? Math.max(0, 2 - (y(0) - y(all[index] ?? 0))) : 0;
    series.forEach((one, at) => {
      const value = one.counts[index] ?? 0;
      const path = paths[at];
      if (value <= 0 || path === undefined) return;
      const foot = y(below) - (below > 0 ? lift : 0);
      below += value;
      const head = y(below) - lift;
      const wide = Math.max(1, x(index + 1) - x(index) - gap);
      const piece = `M${String(x(index))} ${String(foot)}V${String(head)}h${String(wide)}V${String(foot)}z`;
      if (lastOpen && index === n - 1) path.open += piece;
      else path.closed += piece;
    });
  }
  return (
    <svg aria-hidden width={width} height={height} className={classes.svg}>
      {axis.map((value) => (
        <g key={value}>
          <path d={`M${String(left)} ${String(y(value) + 0.5)}H${String(width)}`} className={value === 0 ? classes.base : classes.grid} />
          <text x={left - 8} y={y(value) + 4} textAnchor="end" className={classes.tick}>
            {countShort(value)}
          </text>
        </g>
      ))}
      {first >= 0 && (
        <rect x={x(first)} y={top} width={Math.max(1, x(last + 1) - x(first))} height={plotHeight} className={classes.chosen} />
      )}
      {paths.map((path, at) => (
        <g key={series[at]?.key} className={classes.fill} data-series={colourOf(series, at)}>
          <path d={path.closed} />
          {path.open !== '' && <path d={path.open} className={classes.open} />}
        </g>
      ))}
      {width > 0 &&
        labelled(starts, step, Math.floor(plotWidth / 70), zoneOffset).map(({ index, at }) => {
          const within = step >= 86_400_000 ? 0.5 : (at - (starts[index] ?? 0)) / step;
          const middle = x(index) + Math.round(band * within);
          if (middle > width - 24) return null;
          return (
            <g key={index}>
              <path d={`M${String(middle + 0.5)} ${String(y(0) + 1)}v4`} className={classes.base} />
              <text x={Math.max(middle, left + 12)} y={height - 4} textAnchor="middle" className={classes.tick}>
                {tickText(at, step)}
              </text>
            </g>
          );
        })}
    </svg>
  );
}

interface ReadingProps {
  x: number;
  width: number;
  when: string;
  series: Series[];
  first: number;
  last: number;
  unit: string;
}

function Reading({ x, width, when, series, first, last, unit }: ReadingProps) {
  const rows = series.map((one) => ({ ...one, value: sum(one.counts.slice(first, last + 1)) }));
  const total = sum(rows.map((row) => row.value));
  // At the side with more room, so that it never sticks out.
  const toLeft = x > width / 2;
  return (
    <div
      aria-hidden
      className={classes.reading}
      style={toLeft ? { right: Math.max(0, width - x + 10) } : { left: x + 10 }}
    >
      <div className={classes.readingWhen}>{when}</div>
      <div className={classes.readingTotal}>{amount(total, unit)}</div>
      {series.length > 1 &&
        rows.map((row, index) => (
          <div key={row.key} className={classes.readingRow}>
            <svg width={8} height={8}>
              <rect width={8} height={8} rx={2} className={classes.fill} data-series={colourOf(series, index)} />
            </svg>
            <span>{row.title}</span>
            <span className={classes.readingNumber}>{count(row.value)}</span>
          </div>
        ))}
    </div>
  );
}

function Table(props: { label: string; starts: number[]; step: number; series: Series[]; all: number[] }) {
  const { label, starts, step, series, all } = props;
  return (
    // Focusable, so that it scrolls with the keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={classes.tableBox} tabIndex={0} role="region" aria-label={`${label}, as a table`}>
      <table className={classes.table}>
        <caption className="pk-hidden">{label}</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {series.length > 1 &&
              series.map((one) => (
                <th scope="col" key={one.key}>
                  {one.title}
                </th>
              ))}
            <th scope="col">Total</th>
          </tr>
        </thead>
        <tbody>
          {starts
            .map((start, index) => (
              <tr key={start}>
                <th scope="row">{bucketText(start, step)}</th>
                {series.length > 1 && series.map((one) => <td key={one.key}>{count(one.counts[index] ?? 0)}</td>)}
                <td>{count(all[index] ?? 0)}</td>
              </tr>
            ))
            .reverse()}
        </tbody>
      </table>
    </div>
  );
}
