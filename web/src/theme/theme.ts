import { createTheme } from '@mantine/core';

/** Colours, faces and sizes stand in tokens.css, as static CSS: no style element is written at run time. */
export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 8 },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // A dialog's head is no banner of the page; without its resting place for the focus a menu holds menu items only.
    ModalHeader: { defaultProps: { component: 'div' } },
    DrawerHeader: { defaultProps: { component: 'div' } },
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
  },
});
