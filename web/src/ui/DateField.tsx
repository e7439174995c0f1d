import { ActionIcon, Popover, TextInput, type TextInputProps } from '@mantine/core';
import { useState } from 'react';
import { serverNow } from '@/api/clock';
import { Calendar } from './Calendar';
import { readWall, useDateText } from './dateText';
import { keepEscape } from './filters/FilterBar';
import { IconCalendar } from './icons';
import { useMountedFirst } from './useMountedFirst';
import { dateText, fromInput, startOfDay } from './zone';

/** A day, no later than today, typed or chosen in the console's own calendar. `value` as "2026-11-17", or what was typed as long as it is no day. */
export function DateField({ value, onValue, onBlur, ...rest }: Omit<TextInputProps, 'value' | 'onChange' | 'rightSection' | 'rightSectionPointerEvents'> & {
  value: string;
  onValue: (value: string) => void;
}) {
  const text = useDateText(value, onValue);
  const [opened, setOpened] = useState(false);
  const dropdown = useMountedFirst(opened);
  const start = readWall(value, false) === null ? null : (fromInput(`${value}T00:00:00`) ?? null);
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
      // Mantine lets clicks through what stands at the right, to the text field.
      rightSectionPointerEvents="all"
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
            // A click beside the days gives the focus to the dropdown itself: Esc is not for a dialog beneath then either.
            <Popover.Dropdown aria-label="Calendar" data-mantine-stop-propagation onKeyDown={keepEscape}>
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
