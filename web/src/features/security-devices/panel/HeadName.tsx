import { type RefObject, useEffect, useState } from 'react';
import type { Device } from '@/api/types';
import { LevelIcon } from '@/ui/StatusBadge';
import { levelOf } from '../order';
import classes from './head.module.css';

/**
 * Name and status in the bar of the panel while the heading, `title`, is scrolled out of sight. For the eye alone: the panel is named after the device,
 * and its heading is still there for those who hear it. Its place is empty and kept until then.
 */
export function HeadName({ device, title }: { device: Device; title: RefObject<HTMLElement | null> }) {
  const [away, setAway] = useState(false);
  useEffect(() => {
    const element = title.current;
    if (element === null || !('IntersectionObserver' in window)) return;
    const observer = new IntersectionObserver(
      (seen) => {
        setAway(seen.at(-1)?.isIntersecting === false);
      },
      // The bar of sections, forty high, lies over what is scrolled.
      { root: element.parentElement, rootMargin: '-8px 0px 0px 0px' },
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [title]);
  const level = levelOf(device);
  return (
    <span className={classes.spacer} aria-hidden>
      {away && (
        <span className={classes.headName} data-level={level} title={device.attributes.name}>
          <LevelIcon level={level} />
          <bdi>{device.attributes.name}</bdi>
        </span>
      )}
    </span>
  );
}
