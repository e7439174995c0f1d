import js from '@eslint/js';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import { readdirSync } from 'node:fs';
import tseslint from 'typescript-eslint';

// Layers, from the top: app > features > data > api; ui, charts, forms and theme lie beneath features and know no data.
// Features never import each other. Stories (`*.story.tsx`, beside what they show) and the gallery that draws them are no part of the program:
// they take from everywhere, and nothing takes from them. Everything outside a folder is imported as `@/...`, so a rule can see it.
const features = readdirSync(new URL('./src/features', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const forbid = (files, patterns, message) => ({
  files,
  ignores: ['**/*.test.ts', '**/*.test.tsx', '**/*.story.tsx'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          { group: patterns, message },
          { group: ['@/gallery/*', '@/test/*', '**/*.story'], message: 'Stories, the gallery and what tests need are no part of the program.' },
          { group: ['../../*'], message: 'Import other folders as @/...' },
        ],
      },
    ],
  },
});

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'generated'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  jsxA11y.flatConfigs.recommended,
  reactHooks.configs.flat['recommended-latest'],
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      // `({ q: _, ...rest }) => rest` is how a member is left out.
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      eqeqeq: ['error', 'always'],
      'no-eval': 'error',
      'no-new-func': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'Text from vendors is never markup.' },
      ],
      'react-hooks/incompatible-library': 'off',
      // A field that is alone on a fresh page or dialog may take the focus; nothing else does.
      'jsx-a11y/no-autofocus': 'off',
    },
  },
  { files: ['*.js', 'tools/**', 'dev/**'], languageOptions: { globals: { ...globals.node } } },
  forbid(['src/{ui,forms,theme,charts}/**'], ['@/app/*', '@/features/*', '@/data/*'], 'ui, charts, forms and theme stand on nothing.'),
  forbid(['src/app/**'], ['@/dev/*'], 'What serves only while working on the console is no part of it.'),
  forbid(['src/api/**'], ['@/app/*', '@/features/*', '@/data/*', '@/ui/*', '@/forms/*'], 'api stands on nothing.'),
  forbid(['src/data/**'], ['@/app/*', '@/features/*', '@/ui/*', '@/forms/*'], 'data uses api only.'),
  ...features.map((feature) =>
    forbid(
      [`src/features/${feature}/**`],
      ['@/app/*', ...features.map((other) => `@/features/${other}/*`), ...features.map((other) => `../${other}/*`)],
      'Features never import each other, nor the app; inside a feature use relative imports.',
    ),
  ),
);
