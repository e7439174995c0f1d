import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { ApiError, unreachable } from '@/api/client';
import { Boundary } from './Boundary';
import { ErrorState } from './states';

const error = (status: number): ApiError => new ApiError([{ status, code: 'x', detail: 'A sentence.', pointer: null }]);
const draw = (element: React.ReactElement) => render(<MantineProvider env="test" withCssVariables={false} withGlobalClasses={false}>{element}</MantineProvider>);

test.each([
  [error(403), 'You may not see this', false],
  [error(404), 'It could not be loaded', true],
  [error(500), 'It could not be loaded', true],
  [unreachable(), 'It could not be loaded', true],
])('%s has its own face', (cause, title, again) => {
  draw(<ErrorState title="It could not be loaded" error={cause} onRetry={() => undefined} />);
  expect(screen.getByRole('heading').textContent).toBe(title);
  expect(screen.getByRole('alert').textContent).toContain(cause.message);
  expect(screen.queryByRole('button', { name: 'Try again' }) !== null).toBe(again);
});

test('an answer that could not be read is a fault of Picket, and its report can be copied', () => {
  draw(<ErrorState title="It could not be loaded" error={new TypeError('x is not iterable')} onRetry={() => undefined} />);
  expect(screen.getByRole('heading').textContent).toBe('It could not be loaded');
  expect(screen.getByRole('alert').textContent).toContain('a fault of Picket, not yours');
  expect(screen.getByRole('button', { name: 'Copy what happened' })).toBeTruthy();
});

test('a section that breaks says so, can be tried again, and forgets with what it shows', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  let broken = true;
  const Section = (): string => {
    if (broken) throw new Error('streams is not iterable');
    return 'All is well';
  };
  const { rerender } = draw(<Boundary of="a"><Section /></Boundary>);
  expect(screen.getByText('streams is not iterable')).toBeTruthy();
  broken = false;
  await userEvent.setup().click(screen.getByRole('button', { name: 'Try again' }));
  expect(screen.getByText('All is well')).toBeTruthy();
  broken = true;
  rerender(<MantineProvider env="test" withCssVariables={false} withGlobalClasses={false}><Boundary of="b"><Section /></Boundary></MantineProvider>);
  expect(screen.getByRole('alert')).toBeTruthy();
  broken = false;
  rerender(<MantineProvider env="test" withCssVariables={false} withGlobalClasses={false}><Boundary of="c"><Section /></Boundary></MantineProvider>);
  expect(screen.getByText('All is well')).toBeTruthy();
});
