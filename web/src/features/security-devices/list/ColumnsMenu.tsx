import { Button, Popover } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { changePreferences, usePreferences } from '@/data/preferences/preferences';
import { announce } from '@/ui/announce';
import { keepEscape } from '@/ui/filters/FilterBar';
import { IconLayoutColumns } from '@/ui/icons';
import { useMountedFirst } from '@/ui/useMountedFirst';
import { type ColumnKey, useDevicesSearch } from '../search';
import { everyColumn, useChosenColumns } from './columns';
import { useWithoutRoom } from './room';
import classes from './columns.module.css';

/** Which columns are shown. A choice stands in the address, so a link shows the same; it can be kept for good. */
export function ColumnsMenu() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const search = useDevicesSearch();
  const own = usePreferences().columns?.['security-devices'];
  const chosen = useChosenColumns();
  const without = useWithoutRoom();
  // Of the usual ones as many are shown as fit; only who chose some misses one.
  const missed = search.columns === undefined && own === undefined ? 0 : without.length;
  const fit = `${String(chosen.length - missed)} shown, ${String(missed)} hidden`;
  const show = (columns: readonly ColumnKey[] | undefined): void => {
    void navigate({
      to: '.',
      search: ({ columns: _, ...rest }) => (columns === undefined ? rest : { ...rest, columns: columns.join(',') }),
      replace: true,
    });
  };
  const keep = (columns: ColumnKey[] | undefined, said: string): void => {
    changePreferences(client, (now) => {
      const { 'security-devices': _, ...others } = now.columns ?? {};
      return { ...now, columns: columns ? { ...others, 'security-devices': columns } : others };
    })
      .then(() => {
        show(undefined);
        announce(said);
      })
      .catch((error: unknown) => {
        announce(error instanceof Error ? error.message : String(error), 'bad');
      });
  };
  const [opened, setOpened] = useState(false);
  const dropdown = useMountedFirst(opened);
  return (
    <Popover opened={dropdown.opened} onChange={setOpened} position="bottom-end" trapFocus returnFocus width={240} shadow="md">
      <Popover.Target>
        <Button
          variant="default"
          className={classes.columnsButton}
          aria-label={missed === 0 ? 'Columns' : `Columns ${fit}`}
          title={missed === 0 ? 'Columns' : `${fit}: widen the window or untick others`}
          px={10}
          onClick={() => {
            setOpened(!opened);
          }}
        >
          <IconLayoutColumns size={16} aria-hidden />
          <span className={classes.columnsLabel}>Columns</span>{' '}
          {missed > 0 && <span className={classes.columnsFit}>{fit}</span>}
        </Button>
      </Popover.Target>
      {dropdown.mounted && (
        <Popover.Dropdown p={6} onKeyDown={keepEscape}>
          {without.length > 0 && <NoRoom many={without.length} of={chosen.length} />}
          <ul className={classes.options}>
            {everyColumn.map(({ key, title }) => (
              <li key={key}>
                <label className={classes.optionLabel}>
                  <input
                    type="checkbox"
                    checked={chosen.includes(key)}
                    disabled={key === 'name'}
                    onChange={() => {
                      show(chosen.includes(key) ? chosen.filter((one) => one !== key) : [...chosen, key]);
                    }}
                  />
                  {title}
                  {without.includes(key) && <span className={classes.optionNote}>no room</span>}
                </label>
              </li>
            ))}
          </ul>
          {(search.columns !== undefined || own !== undefined) && (
            <div className={classes.optionsFoot}>
              {search.columns !== undefined && (
                <Button
                  size="compact-sm"
                  variant="light"
                  onClick={() => {
                    keep(chosen, 'These columns are shown from now on.');
                  }}
                >
                  Save as default
                </Button>
              )}
              <Button
                size="compact-sm"
                variant="subtle"
                color="gray"
                onClick={() => {
                  if (search.columns === undefined) keep(undefined, 'The usual columns are back.');
                  else show(undefined);
                }}
              >
                {search.columns === undefined ? 'Back to the usual ones' : 'Undo'}
              </Button>
            </div>
          )}
        </Popover.Dropdown>
      )}
    </Popover>
  );
}

function NoRoom({ many, of }: { many: number; of: number }) {
  const beside = useParams({ strict: false }).deviceId !== undefined;
  return (
    <p className={classes.noRoom}>
      {many} of {of} columns {many === 1 ? 'does' : 'do'} not fit. Widen the window{beside ? ', close the panel' : ''} or untick others.
    </p>
  );
}
