import { MantineProvider, Modal } from '@mantine/core';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, test } from 'vitest';
import { DateField } from './DateField';

function Form() {
  const [opened, setOpened] = useState(true);
  const [value, setValue] = useState('2025-11-17');
  return (
    <Modal opened={opened} onClose={() => { setOpened(false); }} title="Form">
      <DateField label="Read again from" value={value} onValue={setValue} />
    </Modal>
  );
}

test('the calendar of a form is walked with the keyboard, and Esc closes it alone', async () => {
  const user = userEvent.setup({ delay: null });
  render(
    <MantineProvider env="test">
      <Form />
    </MantineProvider>,
  );
  const field = screen.getByLabelText<HTMLInputElement>('Read again from');
  expect(field.value).toBe('17 Nov 2025');
  const button = screen.getByRole('button', { name: 'Choose the day in a calendar' });
  await user.click(button);
  await waitFor(() => { expect(document.activeElement?.getAttribute('aria-label')).toBe('Monday, 17 November 2025'); });
  await user.keyboard('{ArrowRight}{ArrowDown}{Enter}');
  await waitFor(() => { expect(field.value).toBe('25 Nov 2025'); });
  expect(screen.queryByRole('grid')).toBeNull();
  await user.click(button);
  await screen.findByRole('grid');
  await user.keyboard('{Escape}');
  await waitFor(() => { expect(screen.queryByRole('grid')).toBeNull(); });
  expect(screen.getByRole('dialog', { name: 'Form' })).toBeTruthy();
  await user.keyboard('{Escape}');
  await waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
});
