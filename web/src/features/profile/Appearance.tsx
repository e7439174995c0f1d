import { useQueryClient } from '@tanstack/react-query';
import { choose, type Choice, usePreferences } from '@/data/preferences/preferences';
import { announce } from '@/ui/announce';
import { Segmented } from '@/ui/Segmented';
import { ZonePicker } from './ZonePicker';
import classes from './profile.module.css';

const themes = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const;

export function Appearance() {
  const client = useQueryClient();
  const { theme = 'system', time_zone = 'system' } = usePreferences();
  const keep = (choice: Choice): void => {
    choose(client, choice).catch((error: unknown) => {
      announce(`This holds on this page only; it could not be saved: ${error instanceof Error ? error.message : String(error)}`, 'bad');
    });
  };
  return (
    <section className={classes['card']} aria-labelledby="appearance-title">
      <h2 id="appearance-title">Appearance</h2>
      <p className="pk-muted">Kept with your account: it is the same in every browser.</p>
      <div className={classes['setting']}>
        <span className={classes['label']}>Theme</span>
        <Segmented
          label="Theme"
          value={theme}
          choices={themes}
          onChange={(next) => {
            keep({ theme: next });
          }}
        />
      </div>
      <div className={classes['setting']} id="time-zone">
        <span className={classes['label']}>Time zone</span>
        <ZonePicker
          value={time_zone}
          onChange={(next) => {
            keep({ time_zone: next });
          }}
        />
      </div>
    </section>
  );
}
