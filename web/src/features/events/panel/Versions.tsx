import { type ReactNode, useMemo } from 'react';
import type { EventVersion } from '@/data/events/events';
import { Ago } from '@/ui/time';
import { differencesOf } from './differences';
import classes from './panel.module.css';

/** Every content that came under one identity, newest first, each with what changed in it. */
export function Versions({ versions, draw }: { versions: EventVersion[]; draw: (version: EventVersion) => ReactNode }) {
  return (
    <ol className={classes['versions']} reversed>
      {versions
        .map((version, index) => (
          <li key={index}>
            <details open={index === versions.length - 1}>
              <summary>
                Version {index + 1}, received <Ago time={version.receivedAt} />
              </summary>
              {index > 0 && <Changes before={versions[index - 1]?.text ?? ''} after={version.text} />}
              {draw(version)}
            </details>
          </li>
        ))
        .reverse()}
    </ol>
  );
}

function Changes({ before, after }: { before: string; after: string }) {
  const changes = useMemo(() => differencesOf(before, after), [before, after]);
  if (changes === null) return <p className={classes['none']}>The two contents are too large, or no JSON, to be compared here.</p>;
  if (changes.length === 0) return <p className={classes['none']}>The same values as before, written differently.</p>;
  return (
    <table className={classes['changes']}>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr key={change.path}>
            <th scope="row">
              <bdi>{change.path}</bdi>
            </th>
            <td>
              <bdi>{change.before ?? '–'}</bdi>
            </td>
            <td>
              <bdi>{change.after ?? '–'}</bdi>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
