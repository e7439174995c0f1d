import { now } from '@/gallery/clock';
import classes from '@/gallery/gallery.module.css';
import { sheet } from '@/gallery/story';
import { BarChart } from './BarChart';
import { bucketStarts, type Series, stepOf } from './series';
import { Sparkline } from './Sparkline';

const hours = bucketStarts(now - 23 * stepOf.hour, now, stepOf.hour);
const days = bucketStarts(now - 29 * stepOf.day, now, stepOf.day);
const wave = (n: number, most: number): number[] => Array.from({ length: n }, (_, i) => Math.round((most / 2) * (1 + Math.sin(i / 2.3)) * (i % 7 === 5 ? 0.2 : 1)));
const one = (counts: number[]): Series[] => [{ key: 'auditevents', title: 'Audit events', counts }];
const three = (n: number, most: number): Series[] => [
  { key: 'auditevents', title: 'Audit events', counts: wave(n, most) },
  { key: 'itemusages', title: 'Item usage events', counts: wave(n, most / 2) },
  { key: 'signinattempts', title: 'Sign-in attempts', counts: wave(n, most / 5) },
];
const single = (n: number, at: number, count: number): number[] => Array.from({ length: n }, (_, i) => (i === at ? count : 0));

const bars = (label: string, starts: number[], step: number, series: Series[]) => () => (
  <div className={classes.wide}>
    <BarChart label={label} starts={starts} step={step} series={series} now={now} onSelect={() => undefined} selectMeaning="shows these events" />
  </div>
);
const spark = (counts: number[], label: string) => () => <Sparkline counts={counts} label={label} />;

export default [
  sheet('Bar charts', {
    'three streams, 24 hours': bars('Events by hour', hours, stepOf.hour, three(hours.length, 140)),
    'one stream, 30 days': bars('Audit events by day', days, stepOf.day, one(wave(days.length, 2300))),
    'nothing': bars('Events without any', hours, stepOf.hour, one(hours.map(() => 0))),
    'one event': bars('Events, one', hours, stepOf.hour, one(single(hours.length, 11, 1))),
    'a peak over all others': bars('Events with a peak', hours, stepOf.hour, one(hours.map((_, i) => (i === 7 ? 900_000 : 3)))),
    'billions': bars('Events by the billion', days, stepOf.day, three(days.length, 4_800_000_000)),
    'six series': bars('Events of six', hours, stepOf.hour, Array.from({ length: 6 }, (_, n) => ({ key: String(n), title: n === 2 ? 'A stream whose vendor has given it a very long name indeed' : n === 3 ? 'خزنة' : `Stream ${String(n + 1)}`, counts: wave(hours.length, 40) }))),
    'narrow': () => (
      <div className={classes.narrow}>
        <BarChart label="Events, narrow" starts={days} step={stepOf.day} series={three(days.length, 1200)} now={now} />
      </div>
    ),
    'two buckets': bars('Events of two hours', hours.slice(-2), stepOf.hour, three(2, 30)),
  }),
  sheet('Sparklines', {
    'a day': spark(wave(24, 140), 'Last 24 h: 1,680 events'),
    'nothing': spark(hours.map(() => 0), 'Last 24 h: no events'),
    'one event': spark(single(24, 12, 1), 'Last 24 h: one event'),
    'a peak': spark(hours.map((_, i) => (i === 7 ? 1_000_000 : 1)), 'Last 24 h: a million events'),
    'only this hour': spark(single(24, 23, 9), 'Last 24 h: 9 events'),
    'no hours': spark([], 'Not counted yet'),
    'wide': () => <Sparkline counts={wave(24, 9)} label="Last 24 h, wide" width={240} height={40} open={false} />,
  }),
];
