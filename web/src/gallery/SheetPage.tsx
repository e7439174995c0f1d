import type { ReactNode } from 'react';
import { nameOf, type Sheet, type Story } from './story';
import classes from './gallery.module.css';

/** All states of one part side by side, each with its name above it. */
export function SheetPage({ sheet }: { sheet: Sheet }) {
  return (
    <main className={classes.page}>
      <h1>{sheet.title}</h1>
      <div className={classes.states}>
        {Object.entries(sheet.states).map(([name, draw]) => (
          <figure key={name} className={classes.state}>
            <figcaption>{name}</figcaption>
            <div className={classes.stage}>
              <State draw={draw} />
            </div>
          </figure>
        ))}
      </div>
    </main>
  );
}

function State({ draw }: { draw: () => ReactNode }) {
  return draw();
}

/** Every story there is, for whoever looks through them by hand. */
export function Contents({ stories }: { stories: Story[] }) {
  return (
    <main className={classes.page}>
      <h1>Gallery</h1>
      <ul>
        {stories.map((story) => (
          <li key={nameOf(story)}>
            <a href={`?story=${nameOf(story)}`}>{story.title}</a>
          </li>
        ))}
      </ul>
    </main>
  );
}
