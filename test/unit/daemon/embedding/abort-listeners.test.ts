import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { AbortListeners } from '../../../../src/daemon/embedding/abort-listeners.ts';

describe('callbacks at a signal', () => {
  it('are all called when it fires', () => {
    const listeners = new AbortListeners();
    const controller = new AbortController();
    const story: number[] = [];
    for (const i of [1, 2, 3]) listeners.add(controller.signal, () => story.push(i));
    controller.abort();
    expect(story).toEqual([1, 2, 3]);
  });

  it('are not called once they were taken back', () => {
    const listeners = new AbortListeners();
    const controller = new AbortController();
    const story: string[] = [];
    const takeBack = listeners.add(controller.signal, () => story.push('taken back'));
    listeners.add(controller.signal, () => story.push('left'));
    takeBack();
    takeBack();
    controller.abort();
    expect(story).toEqual(['left']);
  });

  it('may be added again when all were taken back', () => {
    const listeners = new AbortListeners();
    const controller = new AbortController();
    const story: string[] = [];
    listeners.add(controller.signal, () => story.push('first'))();
    listeners.add(controller.signal, () => story.push('second'));
    controller.abort();
    expect(story).toEqual(['second']);
  });

  it('are no listeners of the signal itself, however many there are', () => {
    const controller = new AbortController();
    for (let i = 0; i < 20; i++) new AbortListeners().add(controller.signal, () => {});
    expect(getEventListeners(controller.signal, 'abort').length).toBe(0);
  });

  it('of other signals are left alone', () => {
    const listeners = new AbortListeners();
    const [one, other] = [new AbortController(), new AbortController()];
    const story: string[] = [];
    listeners.add(one.signal, () => story.push('one'));
    listeners.add(other.signal, () => story.push('other'));
    other.abort();
    expect(story).toEqual(['other']);
  });
});
