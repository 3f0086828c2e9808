import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { AbortListeners } from '../../../src/client/abort-listeners.ts';

function setup(): { abort: AbortController; listeners: AbortListeners; called: string[] } {
  return { abort: new AbortController(), listeners: new AbortListeners(), called: [] };
}

describe('many callbacks at one signal', () => {
  it('are all called when it fires, in their order, once', () => {
    const { abort, listeners, called } = setup();
    for (const name of ['a', 'b']) listeners.add(abort.signal, () => called.push(name));
    abort.abort();
    abort.abort();
    expect(called).toEqual(['a', 'b']);
  });

  it('are one listener', () => {
    const { abort, listeners } = setup();
    for (let i = 0; i < 100; i++) listeners.add(abort.signal, () => {});
    expect(getEventListeners(abort.signal, 'abort').length).toBe(1);
  });

  it('are no listener any more when all of them were taken back', () => {
    const { abort, listeners } = setup();
    const removals = [1, 2].map(() => listeners.add(abort.signal, () => {}));
    for (const remove of removals) remove();
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
  });

  it('are not called if they were taken back', () => {
    const { abort, listeners, called } = setup();
    listeners.add(abort.signal, () => called.push('a'));
    listeners.add(abort.signal, () => called.push('b'))();
    abort.abort();
    expect(called).toEqual(['a']);
  });

  it('may take each other back while they are called', () => {
    const { abort, listeners, called } = setup();
    listeners.add(abort.signal, () => remove());
    const remove = listeners.add(abort.signal, () => called.push('b'));
    abort.abort();
    expect(called).toEqual([]);
  });
});
