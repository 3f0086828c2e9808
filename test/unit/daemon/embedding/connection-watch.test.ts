import { describe, expect, it } from 'vitest';
import { AbortListeners } from '../../../../src/daemon/embedding/abort-listeners.ts';
import { ConnectionWatch } from '../../../../src/daemon/embedding/connection-watch.ts';

describe('waiting for links', () => {
  it('ends when there are as many', async () => {
    const watch = new ConnectionWatch(new AbortListeners());
    let isOver = false;
    const wait = watch.wait(2, undefined).then(() => (isOver = true));
    watch.note(1);
    await Promise.resolve();
    expect(isOver).toBe(false);
    watch.note(2);
    await wait;
    expect(isOver).toBe(true);
  });

  it('ends with the reason of its signal', async () => {
    const controller = new AbortController();
    const wait = new ConnectionWatch(new AbortListeners()).wait(1, controller.signal);
    controller.abort(new Error('enough'));
    await expect(wait).rejects.toThrow('enough');
  });

  it('does not begin when the signal has fired', async () => {
    await expect(
      new ConnectionWatch(new AbortListeners()).wait(1, AbortSignal.abort(new Error('no'))),
    ).rejects.toThrow('no');
  });

  it('ends with the node', async () => {
    const watch = new ConnectionWatch(new AbortListeners());
    const wait = watch.wait(1, undefined);
    watch.close();
    await expect(wait).rejects.toMatchObject({ code: 'closed' });
  });

  it('does not begin after that', async () => {
    const watch = new ConnectionWatch(new AbortListeners());
    watch.close();
    await expect(watch.wait(1, undefined)).rejects.toMatchObject({ code: 'closed' });
  });
});
