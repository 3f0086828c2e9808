import { afterEach, describe, expect, it, vi } from 'vitest';
import { Mailbox } from '../../../../src/daemon/embedding/mailbox.ts';
import { delivered } from './fakes.ts';

describe('the mailbox', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('delivers nothing before whoever posts has finished', () => {
    const mailbox = new Mailbox();
    const story: string[] = [];
    mailbox.post({ deliver: () => story.push('delivered') });
    expect(story).toEqual([]);
  });

  it('delivers in order', async () => {
    const mailbox = new Mailbox();
    const story: number[] = [];
    for (const i of [1, 2, 3]) mailbox.post({ deliver: () => story.push(i) });
    await Promise.resolve();
    expect(story).toEqual([1, 2, 3]);
  });

  it('lets the event loop turn before it delivers what a delivery brought about', async () => {
    const mailbox = new Mailbox();
    const story: string[] = [];
    setImmediate(() => story.push('a turn'));
    mailbox.post({
      deliver: () => mailbox.post({ deliver: () => story.push('second') }),
    });
    await delivered();
    await delivered();
    expect(story).toEqual(['a turn', 'second']);
  });

  it('lets an exception out as an uncaught one, and delivers the rest', async () => {
    const uncaught: unknown[] = [];
    vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((task) => {
      void Promise.resolve()
        .then(task)
        .catch((error: unknown) => uncaught.push(error));
    });
    const mailbox = new Mailbox();
    const story: string[] = [];
    const failure = new Error('of a listener');
    mailbox.post({
      deliver: () => {
        throw failure;
      },
    });
    mailbox.post({ deliver: () => story.push('next') });
    await delivered();
    expect({ story, uncaught }).toEqual({ story: ['next'], uncaught: [failure] });
  });
});
