import { useState } from 'react';
import { announce } from '@/ui/announce';
import { saveFrom } from '@/ui/saveFrom';

interface Download {
  /** The server has not yet said whether it may be had. */
  asking: boolean;
  /** Asks, and downloads what is at the path; says what came of it. */
  download: (ask: () => Promise<void>, path: string, name?: string) => void;
}

export function useDownload(): Download {
  const [asking, setAsking] = useState(false);
  const run = async (ask: () => Promise<void>, path: string, name?: string): Promise<void> => {
    setAsking(true);
    try {
      await ask();
      saveFrom(path, name);
      announce('The download has begun. The browser shows how far it is.');
    } catch (error) {
      announce(`Nothing was downloaded. ${error instanceof Error ? error.message : String(error)}`, 'bad');
    }
    setAsking(false);
  };
  return { asking, download: (ask, path, name) => void run(ask, path, name) };
}
