import { describe, expect, it } from 'vitest';
import {
  formatApiTarget,
  parseApiTarget,
  readApiTarget,
  type ApiTarget,
} from '../../../src/client/api-target.ts';

describe('the address of an API', () => {
  it.each<[string, ApiTarget]>([
    ['127.0.0.1:7001', { kind: 'tcp', host: '127.0.0.1', port: 7001 }],
    ['localhost:65535', { kind: 'tcp', host: 'localhost', port: 65_535 }],
    ['my-node.example:1', { kind: 'tcp', host: 'my-node.example', port: 1 }],
    ['[::1]:7001', { kind: 'tcp', host: '::1', port: 7001 }],
    ['unix:/run/hearsay.sock', { kind: 'unix', path: '/run/hearsay.sock' }],
    ['unix:relative:7001', { kind: 'unix', path: 'relative:7001' }],
  ])('can be %s', (text, target) => {
    expect(parseApiTarget(text)).toEqual(target);
  });

  it.each(['127.0.0.1:7001', '[::1]:7001', 'unix:/run/x'])('is written back as %s', (text) => {
    expect(formatApiTarget(parseApiTarget(text))).toBe(text);
  });

  it.each([
    ['', 'ends in a port'],
    ['localhost', 'ends in a port'],
    ['7001', 'ends in a port'],
    ['127.0.0.1:', 'ends in a port'],
    ['127.0.0.1:0', 'ends in a port'],
    ['127.0.0.1:65536', 'ends in a port'],
    ['127.0.0.1:0x10', 'ends in a port'],
    [':7001', 'a host is'],
    ['http://localhost:7001', 'brackets'],
    ['my node:7001', 'a host is'],
    ['[localhost]:7001', 'a host is'],
    ['::1:7001', 'brackets'],
    ['unix:', 'followed by a path'],
    [`unix:/${'é'.repeat(54)}`, 'too many for a socket'],
  ])('cannot be %j', (text, rule) => {
    expect(() => parseApiTarget(text)).toThrow(rule);
  });

  it('is refused with a code', () => {
    expect(() => parseApiTarget('x')).toThrow(expect.objectContaining({ code: 'bad-address' }));
  });
});

describe('an address that is handed in', () => {
  it.each<unknown>([
    '[::1]:7001',
    { kind: 'tcp', host: '::1', port: 7001 },
    { kind: 'tcp', host: '::1', port: 7001, path: 'x' },
  ])('can be text, or taken apart: %j', (address) => {
    expect(readApiTarget(address)).toEqual({ kind: 'tcp', host: '::1', port: 7001 });
  });

  it('can be a path as long as a socket has', () => {
    const target = { kind: 'unix', path: `/${'x'.repeat(106)}` };
    expect(readApiTarget(target)).toEqual(target);
  });

  it.each<unknown>([
    7001,
    null,
    [],
    new URL('tcp://localhost:7001'),
    { host: 'localhost', port: 7001 },
    { kind: 'tls', host: 'localhost', port: 7001 },
    { kind: 'tcp' },
    { kind: 'tcp', host: 5, port: 7001 },
    { kind: 'tcp', host: 'localhost' },
    { kind: 'tcp', host: 'localhost', port: '7001' },
    { kind: 'tcp', host: 'localhost', port: 1.5 },
    { kind: 'tcp', host: 'localhost', port: 65_536 },
    { kind: 'tcp', host: '', port: 7001 },
    { kind: 'unix' },
    { kind: 'unix', path: 5 },
    { kind: 'unix', path: '' },
  ])('cannot be %j', (address) => {
    expect(() => readApiTarget(address)).toThrow(expect.objectContaining({ code: 'bad-address' }));
  });
});
