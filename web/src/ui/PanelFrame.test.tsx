import { MantineProvider } from '@mantine/core';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { PanelFrame } from './PanelFrame';

function panel() {
  render(
    <MantineProvider env="test" withCssVariables={false} withGlobalClasses={false}>
      <PanelFrame label="Alpha">text</PanelFrame>
    </MantineProvider>,
  );
  const grip = screen.getByRole('separator', { name: 'Panel width' });
  // jsdom captures no pointers.
  grip.setPointerCapture = () => undefined;
  return grip;
}
const width = (): string => screen.getByRole('complementary', { name: 'Alpha' }).style.getPropertyValue('--panel-width');
/** jsdom has no pointer events of its own: a mouse event says where. */
const point = (kind: 'pointerdown' | 'pointermove' | 'pointerup', x: number): void => {
  fireEvent(screen.getByRole('separator'), new MouseEvent(kind, { bubbles: true, clientX: x }));
};

describe('the width of the panel', () => {
  test('follows the mouse while its edge is held, and not after', () => {
    panel();
    expect(width()).toBe('600px');
    point('pointermove', 400);
    expect(width()).toBe('600px');
    point('pointerdown', 700);
    point('pointermove', 650);
    expect(width()).toBe('650px');
    point('pointermove', 760);
    expect(width()).toBe('540px');
    point('pointerup', 760);
    point('pointermove', 100);
    expect(width()).toBe('540px');
  });

  test('goes neither below nor above what is of use, and says so', () => {
    const grip = panel();
    point('pointerdown', 700);
    point('pointermove', -9000);
    expect(width()).toBe('900px');
    point('pointermove', 9000);
    expect(width()).toBe('380px');
    expect([grip.getAttribute('aria-valuenow'), grip.getAttribute('aria-valuemin'), grip.getAttribute('aria-valuemax')]).toEqual(['380', '380', '900']);
  });

  test('changes with the arrow keys, and a double click takes it back', async () => {
    const grip = panel();
    const user = userEvent.setup();
    grip.focus();
    await user.keyboard('{ArrowLeft}{ArrowLeft}{ArrowRight}');
    expect(width()).toBe('624px');
    await user.dblClick(grip);
    expect(width()).toBe('600px');
  });

  test('is remembered, and what was stored by mistake is not believed', async () => {
    const grip = panel();
    grip.focus();
    await userEvent.setup().keyboard('{ArrowLeft}');
    cleanup();
    panel();
    expect(width()).toBe('624px');
    cleanup();
    window.localStorage.setItem('picket.panel-width', '"wide"');
    panel();
    expect(width()).toBe('600px');
    cleanup();
    window.localStorage.setItem('picket.panel-width', '99999');
    panel();
    expect(width()).toBe('900px');
  });
});
