import { useEffect } from 'react';
import { useDeviceList } from '@/data/devices/devices';
import { ErrorState, Skeleton } from '@/ui/states';
import { ZoneNote } from '@/ui/time';
import { useZone } from '@/ui/zone';
import { Arriving } from './Arriving';
import { Changed } from './Changed';
import { Levels } from './Levels';
import { NeedsYou } from './NeedsYou';
import { Start } from './Start';
import classes from './home.module.css';

/** The first page: what needs a person now, what is arriving, what changed. An empty installation is led to its first device. */
export function HomePage() {
  useZone();
  const list = useDeviceList();
  useEffect(() => {
    document.title = 'Home · Picket';
  }, []);
  if (list.error && list.devices.size === 0) {
    return <ErrorState heading="h1" title="The devices could not be loaded" error={list.error} onRetry={list.retry} />;
  }
  const living = [...list.devices.values()].filter((device) => device.attributes.deleted_at === null);
  if (list.complete && living.length === 0) return <Start />;
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h1>Home</h1>
        {list.loading ? <Skeleton width={320} height={28} /> : <Levels devices={living} />}
      </header>
      <NeedsYou devices={living} loading={list.loading} complete={list.complete} />
      <div className={classes.columns}>
        <Arriving devices={living} />
        <Changed />
      </div>
      <footer className={classes.foot}>
        <ZoneNote />
      </footer>
    </div>
  );
}
