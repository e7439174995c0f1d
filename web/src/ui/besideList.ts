import { useLayoutEffect } from 'react';

/** The list that stands on the screen, by what it lists. A panel that comes with its list, or in the place of its room, stands from its first frame as it will stay. */
let list: string | null = null;
let room = false;

/** For the page of a list: from now on it is on the screen. What is mounted with it does not see it yet. */
export function useListStands(what: string): void {
  useLayoutEffect(() => {
    list = what;
    return () => {
      if (list === what) list = null;
    };
  }, [what]);
}

/** For the room of a panel whose code is on its way: the panel that takes its place in the same moment finds it kept. */
export function useRoomKept(): void {
  useLayoutEffect(() => {
    room = true;
    return () => {
      queueMicrotask(() => {
        room = false;
      });
    };
  }, []);
}

/** Whether a panel opens beside a list that has the page for itself; of `what`, or of anything. To be asked where it is mounted. */
export function opensBeside(what?: string): boolean {
  return !room && list !== null && (what === undefined || list === what);
}
