import { ActionIcon, Popover, TextInput, type TextInputProps } from '@mantine/core';
import { useState } from 'react';
import { serverNow } from '@/api/clock';
import { Calendar } from './Calendar';
import { useDateText } from './dateText';
import { keepEscape } from './filters/FilterBar';
import { IconCalendar } from './icons';
import { useMountedFirst } from './useMountedFirst';
import { dateText, fromInput, startOfDay } from './zone';

/** A day, typed or chosen in the console's own calendar. `value` as "2026-11-17", or what was typed as long as it is no day. */
export function DateField({ value, onValue, onBlur, ...rest }: Omit<TextInputProps, 'value' | 'onChange' | 'rightSection'> & {
  value: string;
  onValue: (value: string) => void;
}) {
  const text = useDateText(value, onValue);
  const [opened, setOpened] = useState(false);
  const dropdown = useMountedFirst(opened);
  const start = fromInput(`${value}T00:00:00`) ?? null;
  return (
    <TextInput
      {...rest}
      autoComplete="off"
      placeholder="Such as 17 Nov 2026"
      value={text.value}
      onChange={text.onChange}
      onBlur={(event) => {
        text.onBlur();
        onBlur?.(event);
      }}
      rightSection={
        <Popover opened={dropdown.opened} onChange={setOpened} position="bottom-end" trapFocus returnFocus shadow="md">
          <Popover.Target>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label="Choose the day in a calendar"
              aria-haspopup="dialog"
              title="Calendar"
              onClick={() => {
                setOpened(!opened);
              }}
            >
              <IconCalendar size={16} aria-hidden />
            </ActionIcon>
          </Popover.Target>
          {dropdown.mounted && (
            <Popover.Dropdown aria-label="Calendar" onKeyDown={keepEscape}>
              {opened && (
                <Calendar
                  focused
                  from={start}
                  to={start === null ? null : startOfDay(start, 1)}
                  now={serverNow()}
                  onDay={(day) => {
                    onValue(dateText(day));
                    setOpened(false);
                  }}
                />
              )}
            </Popover.Dropdown>
          )}
        </Popover>
      }
    />
  );
}
