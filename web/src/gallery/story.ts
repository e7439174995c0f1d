import type { UserEvent } from '@testing-library/user-event';
import type { ReactNode } from 'react';
import type { Device } from '@/api/types';
import type { Answers, StandIn } from './server';

/** Parts of the console side by side, each in one state. */
export interface Sheet {
  kind: 'sheet';
  title: string;
  states: Record<string, () => ReactNode>;
  /** Something on it never ends loading. */
  waits?: boolean;
  /** Something on it throws, as it is meant to. */
  breaks?: boolean;
}

/** The whole console at an address, before a server that answers as told. */
export interface Scene {
  kind: 'scene';
  title: string;
  at: string;
  /** In place of what the server of all scenes says, by `GET /path`. */
  answers?: Answers;
  devices?: Device[];
  preferences?: Record<string, unknown>;
  /** What a person does before the picture is taken. */
  play?: (hands: { user: UserEvent; server: StandIn }) => Promise<unknown>;
  /** Higher than a screen, for what would have to be scrolled. */
  height?: number;
  /** Only on a narrow screen. */
  narrow?: boolean;
  /** Something on it never ends loading. */
  waits?: boolean;
  /** Something on it throws, as it is meant to. */
  breaks?: boolean;
}

export type Story = Sheet | Scene;

export const sheet = (title: string, states: Sheet['states'], more: Pick<Sheet, 'waits' | 'breaks'> = {}): Story => ({ kind: 'sheet', title, states, ...more });

/** Scenes of one part of the console, by the name of the state. */
export function scenes(of: string, each: Record<string, Omit<Scene, 'kind' | 'title'>>): Story[] {
  return Object.entries(each).map(([state, scene]) => ({ kind: 'scene', title: `${of}: ${state}`, ...scene }));
}

export const nameOf = (story: Story): string =>
  story.title.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
