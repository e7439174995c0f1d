import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { BrokenAddress, tellBroken } from './BrokenAddress';

test('what could not be read is told in one line, cut where it is long', () => {
  tellBroken('test', [{ key: 'actor', value: 'y'.repeat(10_000), why: 'it is too long' }]);
  render(
    <MantineProvider>
      <BrokenAddress area="test" label={(key) => key} />
    </MantineProvider>,
  );
  const told = screen.getByRole('status');
  expect(told.textContent).toContain('it is too long');
  expect(told.textContent).toMatch(/y{60}(?!y)/);
});
