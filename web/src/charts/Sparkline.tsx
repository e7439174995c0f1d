import classes from './charts.module.css';

export interface SparklineProps {
  /** One number a bucket, oldest first. */
  counts: readonly number[];
  /** The whole message for those who do not see it: "Last 24 h: 1,200 events, most 140 at 14:00". Without it only those see it who do. */
  label?: string;
  width?: number;
  height?: number;
  /** The last bucket is still filling. */
  open?: boolean;
}

/** Tiny bars. Two paths however many buckets, so that a list of rows stays light; its size is fixed, so nothing moves. */
export function Sparkline({ counts, label, width = 96, height = 22, open = true }: SparklineProps) {
  const most = Math.max(1, ...counts);
  const band = counts.length > 0 ? width / counts.length : width;
  const gap = band >= 3 ? 1 : 0;
  let path = '';
  counts.forEach((count, index) => {
    if (count <= 0 || (open && index === counts.length - 1)) return;
    path += bar(index, count);
  });
  const last = counts.at(-1) ?? 0;
  function bar(index: number, count: number): string {
    const x = Math.round(index * band);
    const wide = Math.max(1, Math.round((index + 1) * band) - x - gap);
    // However few, something is seen.
    const tall = Math.max(2, Math.round((count / most) * (height - 2)));
    return `M${String(x)} ${String(height - 1)}v${String(-tall)}h${String(wide)}v${String(tall)}z`;
  }
  return (
    <svg
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
      width={width}
      height={height}
      className={classes.spark}
    >
      {label !== undefined && <title>{label}</title>}
      {path !== '' && <path d={path} className={classes.sparkBars} />}
      {open && last > 0 && <path d={bar(counts.length - 1, last)} className={classes.sparkOpen} />}
    </svg>
  );
}
