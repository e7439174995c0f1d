import { configure, waitFor } from '@testing-library/dom';
import { userEvent } from '@testing-library/user-event';
import type { StandIn } from './server';
import type { Scene } from './story';

const busy = '[aria-busy="true"], [aria-label="Loading"], [data-story-busy], [data-comes]';
const patienceMs = 30_000;
// A loaded machine may take its time.
configure({ asyncUtilTimeout: patienceMs });

async function drawn(): Promise<void> {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}

/** What loads has loaded, the faces too. What `waits` for ever only has to be there. */
export async function settled(waits: boolean): Promise<void> {
  await waitFor(() => {
    if (document.querySelector('h1') === null) throw new Error('nothing is drawn');
    if (!waits && document.querySelector(busy) !== null) throw new Error('something still loads');
  }, { timeout: patienceMs });
  await document.fonts.ready;
  await drawn();
}

/** Waits for the screen, then does what a person does on it. */
export async function act(scene: Scene, server: StandIn): Promise<void> {
  if (scene.play === undefined) return;
  await settled(scene.waits === true);
  await scene.play({ user: userEvent.setup({ delay: null }), server });
}
