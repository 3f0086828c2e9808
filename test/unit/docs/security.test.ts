/** The table of docs/security.md: every attack in it has its test. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PAGE = readFileSync(`${ROOT}/docs/security.md`, 'utf8');
const ROWS = [...PAGE.matchAll(/^\| .* \| `(test\/[^`]+)`: (.*) \|$/gm)].map(
  ([, file, title]) => [file!, title!] as const,
);

describe('the table of attacks', () => {
  it('is there', () => {
    expect(ROWS.length).toBeGreaterThan(30);
  });

  it.each(ROWS)('names a test that exists: %s, %s', (file, title) => {
    const path = `${ROOT}/${file}`;
    expect(existsSync(path)).toBe(true);
    expect(readFileSync(path, 'utf8')).toContain(title);
  });
});
