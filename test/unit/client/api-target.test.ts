import { describe, expect, it } from 'vitest';
import { formatApiTarget, parseApiTarget, type ApiTarget } from '../../../src/client/api-target.ts';

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
  ])('cannot be %j', (text, rule) => {
    expect(() => parseApiTarget(text)).toThrow(rule);
  });

  it('is refused with a code', () => {
    expect(() => parseApiTarget('x')).toThrow(expect.objectContaining({ code: 'bad-address' }));
  });
});
