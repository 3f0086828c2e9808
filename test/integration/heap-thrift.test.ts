/** The flags that `HeapThrift` sets are ones that this V8 knows: it says so on standard error if it does not. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('V8 knows the flags with which a node saves memory', () => {
  const program = `
    const { HeapThrift } = await import('./dist/cli/heap-thrift.js');
    new HeapThrift().look(2 ** 30);
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program]);
  expect([stdout.toString(), stderr.toString()]).toEqual(['', '']);
});
