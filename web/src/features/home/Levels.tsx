import { Link } from '@tanstack/react-router';
import type { Device, Level } from '@/api/types';
import { LevelIcon, levelWords } from '@/ui/StatusBadge';
import { count } from '@/ui/timeText';
import { countLevels } from './needs';
import classes from './home.module.css';

const levels: [Level, string][] = [
  ['error', 'unhealthy'],
  ['warning', 'attention'],
  ['verifying', 'verifying'],
  ['paused', 'paused'],
  ['ok', 'healthy'],
];

/** How many devices are in each state; every number leads to its rows. */
export function Levels({ devices }: { devices: Device[] }) {
  const counts = countLevels(devices);
  return (
    <ul className={classes.levels} aria-label="Devices by status">
      {levels
        .filter(([level]) => counts[level] > 0)
        .map(([level, status]) => (
          <li key={level}>
            <Link to="/settings/security-devices" search={{ status }} className={classes.level} data-level={level}>
              <LevelIcon level={level} />
              <strong>{count(counts[level])}</strong> {levelWords[level]}
            </Link>
          </li>
        ))}
    </ul>
  );
}
