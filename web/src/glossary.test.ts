import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { glossaryMarkdown } from './glossary';

test('docs/glossary.md says the same as the tooltips', () => {
  const path = resolve(process.cwd(), '../docs/glossary.md');
  if (process.env['UPDATE_GLOSSARY'] === '1') writeFileSync(path, glossaryMarkdown());
  expect(readFileSync(path, 'utf8')).toBe(glossaryMarkdown());
});
