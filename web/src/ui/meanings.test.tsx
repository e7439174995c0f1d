import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { glossary } from '@/glossary';
import { Meanings } from './Meanings';
import { Meaning, Term } from './Term';
import { Ago } from './time';

function words() {
  render(
    <>
      <Term of="stream" />
      <Meaning of="status">
        <button type="button" aria-describedby="already">
          Sort by status
        </button>
      </Meaning>
      <Meaning of={undefined}>
        <button type="button">Plain</button>
      </Meaning>
      <Meanings />
    </>,
  );
  return { word: screen.getByText('Stream'), button: screen.getByRole('button', { name: 'Sort by status' }) };
}

describe('what a word means', () => {
  test('is said by the mouse, one at a time, and goes with it', async () => {
    const { word, button } = words();
    const user = userEvent.setup();
    expect(screen.queryByRole('tooltip')).toBeNull();
    await user.hover(word);
    const tip = await screen.findByRole('tooltip');
    expect(tip.textContent).toBe(glossary.stream.meaning);
    expect(word.getAttribute('aria-describedby')).toBe(tip.id);
    await user.hover(button);
    expect(screen.queryByText(glossary.stream.meaning)).toBeNull();
    expect(await screen.findByText(glossary.status.meaning)).toBeTruthy();
    expect(word.hasAttribute('aria-describedby')).toBe(false);
    await user.hover(screen.getByRole('button', { name: 'Plain' }));
    expect(screen.queryByRole('tooltip')).toBeNull();
  });

  test('is said by the keyboard, and Esc sends it away; what described the element before stays', async () => {
    const { button } = words();
    const user = userEvent.setup();
    await user.tab();
    await user.tab();
    expect(document.activeElement).toBe(button);
    const tip = await screen.findByRole('tooltip');
    expect(button.getAttribute('aria-describedby')).toBe(`already ${tip.id}`);
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('tooltip')).toBeNull();
    expect(button.getAttribute('aria-describedby')).toBe('already');
  });

  test('is said to a finger', async () => {
    const { word } = words();
    await userEvent.setup().pointer({ keys: '[TouchA]', target: word });
    expect((await screen.findByRole('tooltip')).textContent).toBe(glossary.stream.meaning);
  });

  test('the exact time of what stands alone is told to the keyboard; in a list it takes no focus', async () => {
    render(
      <>
        <Ago time="2026-11-01T10:00:00.000Z" />
        <Ago time="2026-11-02T10:00:00.000Z" alone />
        <Meanings />
      </>,
    );
    await userEvent.setup().tab();
    const tip = await screen.findByRole('tooltip');
    expect(tip.textContent).toContain('2026-11-02T10:00:00.000Z');
    expect(document.activeElement?.getAttribute('aria-describedby')).toBe(tip.id);
    expect(document.querySelectorAll('time[tabindex]')).toHaveLength(1);
  });
});
