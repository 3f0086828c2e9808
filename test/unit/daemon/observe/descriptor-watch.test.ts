import { describe, expect, it } from 'vitest';
import { DescriptorWatch } from '../../../../src/daemon/observe/descriptor-watch.ts';

describe('the watch over file descriptors', () => {
  it('complains once a minute while there are none', () => {
    const complaints: string[] = [];
    const watch = new DescriptorWatch(
      (error) => complaints.push(error.message),
      () => {
        throw new Error('EMFILE: too many open files');
      },
    );
    for (let tick = 0; tick < 61; tick++) watch.tick();
    expect(complaints).toEqual(['EMFILE: too many open files', 'EMFILE: too many open files']);
  });

  it('says nothing while there are some, or where there is no such file', () => {
    const complaints: string[] = [];
    new DescriptorWatch((error) => complaints.push(error.message)).tick();
    const watch = new DescriptorWatch(
      (error) => complaints.push(error.message),
      () => {
        throw new Error('ENOENT: no such file');
      },
    );
    watch.tick();
    expect(complaints).toEqual([]);
  });
});
