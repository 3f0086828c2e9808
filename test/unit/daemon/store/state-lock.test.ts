import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  ensurePrivateDirectory,
  StateInUseError,
} from '../../../../src/daemon/store/private-directory.ts';
import { LOCK_FILE, StateLock } from '../../../../src/daemon/store/state-lock.ts';

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'hearsay-lock-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

describe('the lock of a state directory', () => {
  it('is had by one at a time, in one process too', () => {
    const path = directory();
    StateLock.take(path);
    expect(() => StateLock.take(path)).toThrow(StateInUseError);
    expect(() => StateLock.take(path)).toThrow(
      `state_dir ${path}: another node uses it (process ${process.pid}); stop that one, or set another state_dir`,
    );
  });

  it('can be had again when it was released', () => {
    const path = directory();
    StateLock.take(path).release();
    expect(existsSync(join(path, LOCK_FILE))).toBe(false);
    StateLock.take(path);
  });

  it('of a process that is gone is taken over', async () => {
    const path = directory();
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    writeFileSync(join(path, LOCK_FILE), `${child.pid} 1 -\n`);
    StateLock.take(path);
    expect(readFileSync(join(path, LOCK_FILE), 'latin1')).toMatch(new RegExp(`^${process.pid} `));
    expect(readdirSync(path)).toEqual([LOCK_FILE]);
  });

  it.each([
    ["of a process whose number is another's now", `${process.pid} 1 -\n`],
    ['of an earlier boot', `${process.pid} - 00000000-0000-0000-0000-000000000000\n`],
    ['that is damaged', 'x'],
    ['that is empty', ''],
  ])('%s is taken over', (_, text) => {
    const path = directory();
    writeFileSync(join(path, LOCK_FILE), text);
    StateLock.take(path);
  });

  it('is not removed by who has lost it', () => {
    const path = directory();
    const lock = StateLock.take(path);
    writeFileSync(join(path, LOCK_FILE), '1 1 -\n');
    lock.release();
    expect(existsSync(join(path, LOCK_FILE))).toBe(true);
  });
});

describe('a private directory', () => {
  it('is made for this user alone, with those above it', () => {
    const path = join(directory(), 'a', 'b');
    ensurePrivateDirectory(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('that others can look into is refused', () => {
    const path = directory();
    chmodSync(path, 0o750);
    expect(() => ensurePrivateDirectory(path)).toThrow(
      `state_dir ${path}: is open to other users (mode 0750); chmod 700 it, or set state_dir`,
    );
  });

  it('that is a file is refused', () => {
    const path = join(directory(), 'file');
    writeFileSync(path, '');
    expect(() => ensurePrivateDirectory(path)).toThrow(`state_dir ${path}: is no directory`);
  });

  it('below a file is refused', () => {
    const file = join(directory(), 'file');
    writeFileSync(file, '');
    expect(() => ensurePrivateDirectory(join(file, 'a'))).toThrow(/is no directory/);
  });

  it('where none can be made is refused, soon', () => {
    expect(() => ensurePrivateDirectory('/proc/hearsay/a')).toThrow(
      /^state_dir \/proc\/hearsay\/a: cannot be made \(\w+\); let this user write there/,
    );
  });
});
