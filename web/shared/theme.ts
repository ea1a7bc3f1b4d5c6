/** The component library dressed in the project's tokens (tokens.css). */
import { createTheme } from '@mantine/core';
import type { CSSVariablesResolver } from '@mantine/core';

/** Teal, ten steps as the library asks; step 8 carries white text at 6:1, step 3 dark text. */
const accent = [
  '#e0f1f3',
  '#c3e3e7',
  '#9fd2d9',
  '#7bd0dc',
  '#4db6c6',
  '#2594a4',
  '#157e8d',
  '#0d7280',
  '#0b6a78',
  '#08505b',
] as const;

export const theme = createTheme({
  fontFamily: 'var(--hs-font)',
  headings: {
    fontFamily: 'var(--hs-font)',
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '28px' },
      h2: { fontSize: '16px', lineHeight: '24px' },
      h3: { fontSize: '14px', lineHeight: '20px' },
    },
  },
  fontSizes: { xs: '12px', sm: '14px', md: '15px', lg: '17px', xl: '20px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  defaultRadius: '6px',
  colors: { accent },
  primaryColor: 'accent',
  // White text on it: 6.1:1 on 8, 5.5:1 on 7; 7 stands 3:1 against the dark surface.
  primaryShade: { light: 8, dark: 7 },
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'compact-md' } },
    TextInput: { defaultProps: { size: 'sm' } },
    NativeSelect: { defaultProps: { size: 'sm' } },
    Modal: { defaultProps: { centered: true } },
    Tooltip: { defaultProps: { events: { hover: true, focus: true, touch: false } } },
  },
});

/** The library's own quiet greys and reds fall below AA on our surfaces. */
export const cssVariables: CSSVariablesResolver = () => {
  const tokens = {
    '--mantine-color-body': 'var(--hs-surface)',
    '--mantine-color-text': 'var(--hs-text)',
    '--mantine-color-dimmed': 'var(--hs-text-quiet)',
    '--mantine-color-placeholder': 'var(--hs-text-quiet)',
    '--mantine-color-error': 'var(--hs-danger)',
    '--mantine-color-anchor': 'var(--hs-accent-text)',
    '--mantine-color-default': 'var(--hs-surface-raised)',
    '--mantine-color-default-border': 'var(--hs-line-strong)',
    '--mantine-color-default-color': 'var(--hs-text)',
  };
  return { variables: {}, light: tokens, dark: tokens };
};
