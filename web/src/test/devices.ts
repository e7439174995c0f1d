import { screen, within } from '@testing-library/react';
import type { Device } from '@/api/types';
import { makeDevice } from './server';

export const three = (): Device[] => [makeDevice('a', 'Alpha'), makeDevice('b', 'Beta'), makeDevice('c', 'Gamma')];

/** The names of the list's rows, from the first to the last. */
export const rowNames = (): string[] =>
  screen
    .getAllByRole('rowheader')
    .map((cell) => within(cell).queryByRole('link')?.textContent ?? cell.textContent)
    .filter((name) => name !== '');
