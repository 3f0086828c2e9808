/** Keys and state directories as an operator meets them. */
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CliProcess } from './cli-process.ts';

const FREE = ['--p2p-address', '127.0.0.1:0', '--api-address', '127.0.0.1:0'];

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'hearsay-identity-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function hearsay(...words: string[]): CliProcess {
  const child = new CliProcess(words);
  onTestFinished(() => child.kill('SIGKILL'));
  return child;
}

function run(state: string, ...words: string[]): CliProcess {
  return hearsay('run', ...FREE, '--transport', 'tls', '--state-dir', state, ...words);
}

describe('hearsay identity', () => {
  it('makes the key that the node then has', async () => {
    const state = join(directory(), 'node.state');
    const shown = await hearsay('identity', '--state-dir', state, '--json').ended;
    const { identity, short, type, path } = JSON.parse(shown.stdout) as Record<string, string>;
    expect({ type, path }).toEqual({ type: 'Ed25519', path: join(state, 'identity.pem') });
    expect(identity).toMatch(/^[0-9a-f]{64}$/);
    expect(identity!.startsWith(short!)).toBe(true);
    const node = run(state);
    const line = await node.stderr.line(/listening for peers/);
    expect(line).toContain(`"identity":"${identity}"`);
  });

  it('shows it in text too, again and again', async () => {
    const state = directory();
    const first = await hearsay('identity', '--state-dir', state).ended;
    const second = await hearsay('identity', '--state-dir', state).ended;
    expect(first.stdout).toMatch(
      /^identity: [0-9a-f]{64}\nshort: +[0-9a-f]{16}\ntype: +Ed25519\npath: /,
    );
    expect(second.stdout).toBe(first.stdout);
  });

  it('warns of what is probably not meant, such as a hostkey where it is not read', async () => {
    const file = join(directory(), 'node.ini');
    writeFileSync(file, '[gossip]\nhostkey = key.pem\n');
    const { code, stderr } = await hearsay('identity', '-c', file).ended;
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr:
        `hearsay: warning: ${file}:2 hostkey = key.pem: ignored here; ` +
        'hostkey stands before any section or in [global]\n',
    });
  });

  it('says what to set if the node keeps no key', async () => {
    const { code, stderr } = await hearsay('identity', '--p2p-address', '127.0.0.1:0').ended;
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'hearsay: this node keeps no key: set state_dir or hostkey, or name a file (-c)\n',
    });
  });
});

describe('a node does not start', () => {
  it('while another one uses its state directory; afterwards it does', async () => {
    const state = directory();
    const first = run(state);
    await first.stderr.line(/listening for peers/);
    const { code, stderr } = await run(state).ended;
    expect(code).toBe(2);
    expect(stderr).toMatch(/another node uses it \(process \d+\); stop that one/);
    first.kill('SIGKILL');
    await first.ended;
    await run(state).stderr.line(/listening for peers/);
  });

  it('with a key that others can read, and says in one line where it is and what to do', async () => {
    const state = directory();
    await hearsay('identity', '--state-dir', state).ended;
    const path = join(state, 'identity.pem');
    chmodSync(path, 0o644);
    const { code, stderr } = await run(state).ended;
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(`${path}: is open to other users (mode 0644); chmod 600 it`);
    expect(existsSync(join(state, 'lock'))).toBe(false);
  });

  it('with a state directory that others can look into', async () => {
    const state = directory();
    chmodSync(state, 0o755);
    const { code, stderr } = await run(state).ended;
    expect(code).toBe(2);
    expect(stderr).toContain('is open to other users (mode 0755); chmod 700 it');
  });

  it('with a hostkey that is none', async () => {
    const hostkey = join(directory(), 'key.pem');
    writeFileSync(hostkey, 'hello', { mode: 0o600 });
    const { code, stderr } = await run(directory(), '--hostkey', hostkey).ended;
    expect(code).toBe(2);
    expect(stderr).toContain(`${hostkey}: is no PEM private key; `);
  });

  it('with pins that are required and missing', async () => {
    const words = ['--require-pins', 'yes', '--bootstrapper', '127.0.0.1:1'];
    const { code, stderr } = await run(directory(), ...words).ended;
    expect(code).toBe(2);
    expect(stderr).toContain(
      '--bootstrapper 127.0.0.1:1: 127.0.0.1:1 has no pin, and require_pins = yes;',
    );
  });
});

describe('a plain node', () => {
  it('neither reads nor makes a hostkey', async () => {
    const hostkey = join(directory(), 'none.pem');
    const words = [...FREE, '--transport', 'plain', '--hostkey', hostkey];
    await hearsay('run', ...words).stderr.line(/listening for peers/);
    expect(existsSync(hostkey)).toBe(false);
  });

  it('starts although it cannot use its state directory, with a warning', async () => {
    const state = directory();
    chmodSync(state, 0o755);
    const node = hearsay('run', ...FREE, '--transport', 'plain', '--state-dir', state);
    expect(await node.stderr.line(/until then nothing is remembered/)).toContain('chmod 700');
    await node.stderr.line(/listening for peers/);
  });
});
