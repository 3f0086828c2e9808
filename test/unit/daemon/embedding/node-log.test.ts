import { describe, expect, it } from 'vitest';
import { Mailbox } from '../../../../src/daemon/embedding/mailbox.ts';
import { PostedLog, type NodeLog } from '../../../../src/daemon/embedding/node-log.ts';
import { delivered } from './fakes.ts';

function collecting(): NodeLog & { readonly lines: unknown[] } {
  const lines: unknown[] = [];
  const write = (fields: object, message: string): number => lines.push([fields, message]);
  return { lines, debug: write, info: write, warn: write };
}

describe('the log of an embedded node', () => {
  it('wants no lines when the program has handed in none', () => {
    expect(new PostedLog(undefined, new Mailbox()).isLevelEnabled('warn')).toBe(false);
  });

  it('wants all lines when the program does not say which', () => {
    expect(new PostedLog(collecting(), new Mailbox()).isLevelEnabled('debug')).toBe(true);
  });

  it('wants those that the program wants', () => {
    const log = { ...collecting(), isLevelEnabled: (level: string): boolean => level === 'warn' };
    const posted = new PostedLog(log, new Mailbox());
    expect(['debug', 'info', 'warn'].map((level) => posted.isLevelEnabled(level))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('hands lines over when the node is done, not before', async () => {
    const log = collecting();
    new PostedLog(log, new Mailbox()).info({ link: 1 }, 'said');
    expect(log.lines).toEqual([]);
    await delivered();
    expect(log.lines).toEqual([[{ link: 1 }, 'said']]);
  });
});
