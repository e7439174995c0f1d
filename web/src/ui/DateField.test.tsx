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

function show(): HTMLInputElement {
  render(
    <MantineProvider env="test">
      <Form />
    </MantineProvider>,
  );
  return screen.getByLabelText('Read again from');
}
const button = () => screen.getByRole('button', { name: 'Choose the day in a calendar' });

test('the calendar of a form is walked with the keyboard, and Esc closes it alone', async () => {
  const user = userEvent.setup({ delay: null });
  const field = show();
  expect(field.value).toBe('17 Nov 2025');
  await user.click(button());
  await waitFor(() => { expect(document.activeElement?.getAttribute('aria-label')).toBe('Monday, 17 November 2025'); });
  await user.keyboard('{ArrowRight}{ArrowDown}{Enter}');
  await waitFor(() => { expect(field.value).toBe('25 Nov 2025'); });
  expect(screen.queryByRole('grid')).toBeNull();
  await user.click(button());
  await screen.findByRole('grid');
  await user.keyboard('{Escape}');
  await waitFor(() => { expect(screen.queryByRole('grid')).toBeNull(); });
  expect(screen.getByRole('dialog', { name: 'Form' })).toBeTruthy();
  await user.keyboard('{Escape}');
  await waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
});

test('Esc closes the calendar alone also after a click beside its days', async () => {
  const user = userEvent.setup({ delay: null });
  show();
  await user.click(button());
  await user.click(await screen.findByText('November 2025'));
  expect(document.activeElement?.getAttribute('role')).toBe('dialog');
  expect(document.activeElement?.contains(screen.getByRole('grid'))).toBe(true);
  expect(document.activeElement?.contains(button())).toBe(false);
  await user.keyboard('{Escape}');
  await waitFor(() => { expect(screen.queryByRole('grid')).toBeNull(); });
  expect(screen.getByRole('dialog', { name: 'Form' })).toBeTruthy();
});

test('the button takes the clicks of a mouse', () => {
  // The style sheet is not here; this is what it asks.
  const asks = '--input-right-section-pointer-events';
  const wrapper = show().closest<HTMLElement>(`[style*="${asks}"]`);
  expect(wrapper?.style.getPropertyValue(asks)).toBe('all');
});

test.each(['2026-02-31', '2027-02-29'])('a day that no month has stays as it is typed: %s', async (text) => {
  const user = userEvent.setup({ delay: null });
  const field = show();
  await user.clear(field);
  await user.type(field, text);
  await user.tab();
  expect(field.value).toBe(text);
});
