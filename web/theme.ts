import { type CSSVariablesResolver, createTheme } from '@mantine/core';

/** One accent, dark enough for white words on it and light enough in the dark (WCAG 2.2, 1.4.3: 4.5 to 1). */
export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  respectReducedMotion: true,
  defaultRadius: 'sm',
  cursorType: 'pointer',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.5rem' }, h2: { fontSize: '1.125rem' }, h3: { fontSize: '1rem' } } },
  components: {
    // The rest of the page does not scroll under a dialog anyway; the lock would need a style element that the page's policy refuses.
    Modal: { defaultProps: { lockScroll: false, centered: true, closeButtonProps: { 'aria-label': 'Close' } } },
    Text: { defaultProps: { size: 'sm' } },
  },
});

/** Mantine's muted, placeholder and error colours fall short of 4.5 to 1 on its own backgrounds. */
export const resolveColours: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
    '--decorum-bad': 'var(--mantine-color-red-9)',
    '--decorum-warn': '#8a4b00',
    '--decorum-good': '#1d6b36',
    '--decorum-line': 'var(--mantine-color-gray-3)',
    '--decorum-quiet': 'var(--mantine-color-gray-0)',
    '--decorum-bar': 'var(--mantine-color-indigo-6)',
  },
  dark: {
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-placeholder': 'var(--mantine-color-dark-1)',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
    '--decorum-bad': 'var(--mantine-color-red-4)',
    '--decorum-warn': 'var(--mantine-color-orange-3)',
    '--decorum-good': 'var(--mantine-color-green-4)',
    '--decorum-line': 'var(--mantine-color-dark-4)',
    '--decorum-quiet': 'var(--mantine-color-dark-6)',
    '--decorum-bar': 'var(--mantine-color-indigo-4)',
  },
});
