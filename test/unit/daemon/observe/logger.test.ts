import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLogger, type LoggerOptions } from '../../../../src/daemon/observe/logger.ts';

/** What a logger writes into a file. */
function written(options: Omit<LoggerOptions, 'descriptor'>, say: 'info' | 'debug'): string {
  const folder = mkdtempSync(join(tmpdir(), 'hearsay-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'log');
  const descriptor = openSync(file, 'w');
  createLogger({ ...options, descriptor })[say]({ link: 3 }, 'link open');
  closeSync(descriptor);
  return readFileSync(file, 'utf8');
}

describe('the log', () => {
  it('is one JSON object a line where nobody watches', () => {
    const text = written({ level: 'info' }, 'info');
    expect(text.endsWith('\n')).toBe(true);
    expect(JSON.parse(text)).toMatchObject({ level: 30, link: 3, msg: 'link open' });
  });

  it('is text for people', () => {
    const text = written({ level: 'info', isForPeople: true }, 'info');
    expect(text).toMatch(/INFO.*link open/s);
  });

  it('leaves out what is less important than its level', () => {
    expect(written({ level: 'info' }, 'debug')).toBe('');
  });

  it('that cannot be written harms nobody', () => {
    // Every write to it fails for want of space.
    const descriptor = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(descriptor));
    const log = createLogger({ level: 'info', descriptor });
    expect(() => log.info('lost')).not.toThrow();
  });

  it('that is gone harms nobody', () => {
    const descriptor = openSync('/dev/null', 'w');
    closeSync(descriptor);
    expect(() => createLogger({ level: 'info', descriptor }).info('lost')).not.toThrow();
  });
});
