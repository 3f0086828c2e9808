/** Every example runs as it stands, ends by itself, and ends well. Needs `npm run build`. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { filesBelow, read, ROOT } from '../tidy/sources.ts';

const run = promisify(execFile);
const EXAMPLES = filesBelow('examples', /\.mjs$/);

describe('the examples', () => {
  it('are there', () => {
    expect(EXAMPLES.length).toBeGreaterThan(0);
  });

  it.each(EXAMPLES)('%s runs', async (path) => {
    // Fails with all that the example has written if it does not exit with 0.
    const { stdout } = await run(process.execPath, [path], { cwd: ROOT });
    expect(stdout).not.toBe('');
  });

  it.each(EXAMPLES)('%s says what it shows and how to run it', (path) => {
    expect(read(path)).toMatch(/^\/\*\*\n \* \S/);
    expect(read(path)).toContain(path);
  });
});
