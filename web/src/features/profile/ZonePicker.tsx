import { Button, Popover, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { serverNow } from '@/api/clock';
import { keepEscape } from '@/ui/filters/FilterBar';
import { IconCheck, IconChevronDown, IconSearch, IconWorld } from '@/ui/icons';
import { useClockText } from '@/ui/time';
import { count } from '@/ui/timeText';
import { useCombobox } from '@/ui/useCombobox';
import { isZone, offsetText, systemZone, zoneNames, zoneOffset } from '@/ui/zone';
import classes from './profile.module.css';

/** More than that nobody reads, and each costs a formatter. */
const mostShown = 60;

const plain = (name: string): string => name.replaceAll('_', ' ');

/** Zones whose name has all the words; "New York" finds `America/New_York`. */
export function findZones(names: readonly string[], text: string): string[] {
  const words = text.toLowerCase().split(/[\s_/]+/).filter(Boolean);
  const found = names.filter((name) => {
    const hay = plain(name).toLowerCase();
    return words.every((word) => hay.includes(word));
  });
  const [head = ''] = words;
  // A city that begins so comes before one that has it somewhere.
  const rank = (name: string): number => (plain(name.split('/').at(-1) ?? '').toLowerCase().startsWith(head) ? 0 : 1);
  return head === '' ? found : found.sort((a, b) => rank(a) - rank(b));
}

const realName = (value: string): string => (value === 'system' || !isZone(value) ? systemZone() : value);

/** The time that a zone's clocks show, "14:05". */
function clockIn(name: string, now: number): string {
  return new Date(now + zoneOffset(now, name)).toISOString().slice(11, 16);
}

export function ZonePicker({ value, onChange }: { value: string; onChange: (zone: string) => void }) {
  const [opened, setOpened] = useState(false);
  const name = realName(value);
  const clock = useClockText((now) => clockIn(name, now));
  const words = value === 'system' ? `As the computer: ${plain(name)}` : plain(name);
  return (
    <div className={classes['zone']}>
      <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus returnFocus width={360} shadow="md">
        <Popover.Target>
          <Button
            variant="default"
            className={classes['zoneButton'] ?? ''}
            leftSection={<IconWorld size={16} aria-hidden />}
            rightSection={<IconChevronDown size={14} aria-hidden />}
            aria-label={`Time zone: ${words}`}
            onClick={() => {
              setOpened(!opened);
            }}
          >
            {words}
          </Button>
        </Popover.Target>
        <Popover.Dropdown p={6} aria-label="Time zone" onKeyDown={keepEscape}>
          {opened && (
            <Zones
              value={value}
              onChoose={(next) => {
                setOpened(false);
                if (next !== value) onChange(next);
              }}
            />
          )}
        </Popover.Dropdown>
      </Popover>
      <span className="pk-muted pk-num">
        It is {clock} there, {offsetText(serverNow(), name)}
      </span>
      {value !== 'system' && !isZone(value) && (
        <span className={classes['complaint']}>This browser does not know “{value.slice(0, 60)}”; times are the computer’s.</span>
      )}
    </div>
  );
}

function Zones({ value, onChoose }: { value: string; onChoose: (zone: string) => void }) {
  const [text, setText] = useState('');
  const names = useMemo(() => zoneNames(), []);
  const [now] = useState(serverNow);
  const found = useMemo(() => findZones(names, text), [names, text]);
  const options = useMemo(() => [...(text.trim() === '' ? ['system'] : []), ...found.slice(0, mostShown)], [found, text]);
  const box = useCombobox({
    ids: options,
    asked: text,
    onChoose: (index) => {
      const option = options[index];
      if (option !== undefined) onChoose(option);
    },
  });
  const left = found.length - Math.min(found.length, mostShown);
  return (
    <>
      <TextInput
        data-autofocus
        aria-label="Search time zones"
        placeholder="City or region"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={text}
        maxLength={60}
        onChange={(event) => {
          setText(event.currentTarget.value);
        }}
        {...box.input}
      />
      <ul className={classes['zones']} role="listbox" id={box.listId} aria-label="Time zones">
        {options.map((option, index) => (
          <li key={option} {...box.option(index)} className={classes['zoneOption']}>
            <span className={classes['zoneCheck']}>{option === value && <IconCheck size={14} role="img" aria-label="Chosen:" />}</span>
            <span className={classes['zoneName']}>{option === 'system' ? `As the computer: ${plain(systemZone())}` : plain(option)}</span>
            <span className="pk-muted pk-num">{offsetText(now, option === 'system' ? systemZone() : option).replace('UTC', '')}</span>
          </li>
        ))}
      </ul>
      <p className={classes['zonesNote']} role="status">
        {found.length === 0 ? 'No time zone is called so.' : left > 0 ? `${count(left)} more; type a city to find yours.` : ''}
      </p>
    </>
  );
}
