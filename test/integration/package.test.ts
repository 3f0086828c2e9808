/**
 * The package as its users get it: packed, put into an empty project beside what it declares to need and
 * nothing else, and used from there. Needs `npm run build` and no network.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const run = promisify(execFile);

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
}

let project: string;
let packed: Packed;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'hearsay-package-'));
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', project];
  const { stdout } = await run('npm', pack, { cwd: ROOT });
  [packed] = JSON.parse(stdout) as [Packed];
  const home = join(project, 'node_modules/hearsay');
  await mkdir(home, { recursive: true });
  await run('tar', ['-xzf', join(project, packed.filename), '-C', home, '--strip-components=1']);
  await linkDependencies();
  await writeFile(join(project, 'package.json'), '{ "type": "module" }');
});

afterAll(async () => {
  await rm(project, { recursive: true, force: true });
});

/** What `npm install` would put there: everything that is not for development only. */
async function linkDependencies(): Promise<void> {
  const lockfile = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lockfile;
  const needed = Object.entries(lockfile.packages).filter(
    ([path, { dev }]) => path.startsWith('node_modules/') && dev !== true,
  );
  for (const [path] of needed) {
    if (path.lastIndexOf('node_modules/') > 0) continue;
    await link(path);
  }
}

async function link(path: string): Promise<void> {
  await mkdir(dirname(join(project, path)), { recursive: true });
  await symlink(join(ROOT, path), join(project, path));
}

/** Runs a script in the project. */
async function node(
  name: string,
  source: string,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  await writeFile(join(project, name), source);
  return await run(process.execPath, [name], { cwd: project });
}

/** What TypeScript says to a program in the project; empty if all is well. */
async function compile(source: string, options: Record<string, unknown>): Promise<string> {
  const files = { 'program.ts': source, 'tsconfig.json': JSON.stringify(tsconfig(options)) };
  for (const [name, text] of Object.entries(files)) await writeFile(join(project, name), text);
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  try {
    const { stdout } = await run(process.execPath, [tsc, '-p', '.'], { cwd: project });
    return stdout;
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

function tsconfig(options: Record<string, unknown>): object {
  const compilerOptions = { strict: true, noEmit: true, skipLibCheck: false, ...options };
  return { compilerOptions, files: ['program.ts'] };
}

describe('what is packed', () => {
  it('is what users need, and neither tests nor sources', () => {
    const tops = new Set(packed.files.map(({ path }) => path.split('/')[0]!));
    expect([...tops].sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist',
      'docs',
      'examples',
      'package.json',
      'scenarios',
    ]);
  });

  it('has everything that the entries and the program point to', () => {
    const { exports, bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      exports: Record<string, string | Record<string, string>>;
      bin: Record<string, string>;
    };
    const targets = [...Object.values(exports), bin].flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    );
    const home = join(project, 'node_modules/hearsay');
    expect(targets.filter((target) => !existsSync(join(home, target)))).toEqual([]);
  });
});

describe('the installed package', () => {
  it.each([
    ['hearsay'],
    ['hearsay/client'],
    ['hearsay/wire'],
    ['hearsay/sim'],
    ['hearsay/testkit'],
  ])('can be imported as %s', async (entry) => {
    const { stdout } = await node(
      'import.js',
      `import * as entry from '${entry}'; console.log(Object.keys(entry).length > 0);`,
    );
    expect(stdout).toBe('true\n');
  });

  it('can be required where Node can require modules', async () => {
    const { stdout } = await node(
      'require.cjs',
      `console.log(process.features.require_module ? typeof require('hearsay').createNode : 'function')`,
    );
    expect(stdout).toBe('function\n');
  });

  it('hides what is not an entry', async () => {
    const { stdout } = await node(
      'hidden.js',
      `import('hearsay/dist/daemon/daemon.js').catch((error) => console.log(error.code));`,
    );
    expect(stdout).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED\n');
  });

  it('runs nodes that say nothing by themselves and let the process end', async () => {
    const { stdout, stderr } = await node(
      'embed.js',
      `import { createNode } from 'hearsay';
       const a = await createNode({ proofOfWork: 'connection', powDifficulty: 4 });
       const b = await createNode({
         proofOfWork: 'connection', powDifficulty: 4, knownPeers: [a.address],
       });
       await a.whenConnected();
       const subscription = b.subscribe(1337);
       await a.announce(1337, 'hello');
       for await (const { data } of subscription) {
         console.log(new TextDecoder().decode(data));
         break;
       }
       await Promise.all([a.close(), b.close()]);`,
    );
    expect({ stdout, stderr }).toEqual({ stdout: 'hello\n', stderr: '' });
  });

  it('solves proofs of work whatever Node was started with', async () => {
    const source = `import { createNode } from 'hearsay';
      const a = await createNode({ powDifficulty: 4 });
      const b = await createNode({ powDifficulty: 4, knownPeers: [a.address] });
      const failed = new Promise((resolve) => b.once('handshake-failed', resolve));
      const connected = b.whenConnected().then(() => ({ code: 'connected' }), () => {});
      console.log((await Promise.race([failed, connected])).code);
      await Promise.all([a.close(), b.close()]);`;
    const flags = ['--input-type=module', '--eval', source];
    const { stdout } = await run(process.execPath, flags, { cwd: project });
    expect(stdout).toBe('connected\n');
  });

  it('lets an exception of a listener out, and goes on when the program does', async () => {
    const { stdout } = await node(
      'listener.js',
      `import { createNode } from 'hearsay';
       process.on('uncaughtException', ({ message }) => console.log(message));
       const a = await createNode({ proofOfWork: 'none' });
       a.on('link-established', () => { throw new Error('mine'); });
       const b = await createNode({ proofOfWork: 'none', knownPeers: [a.address] });
       await Promise.all([a.whenConnected(), b.whenConnected()]);
       const subscription = a.subscribe(1337);
       await b.announce(1337, 'goes on');
       const { value } = await subscription.next();
       console.log(new TextDecoder().decode(value.data));
       await Promise.all([a.close(), b.close()]);`,
    );
    expect(stdout).toBe('mine\ngoes on\n');
  });

  it('brings the program', async () => {
    const main = join(project, 'node_modules/hearsay/dist/cli/main.js');
    const { stdout } = await run(process.execPath, [main, '--help'], { cwd: project });
    expect(stdout).toContain('hearsay');
  });

  it('has types for a program in strict TypeScript', async () => {
    await link('node_modules/@types/node');
    await link('node_modules/undici-types');
    const said = await compile(
      `import { createNode, NodeError, type Validator, type HearsayNode } from 'hearsay';
       import { connect, verifier } from 'hearsay/client';
       import { peerMessageReader, type PeerMessage } from 'hearsay/wire';
       import { startTestNode, ScriptedPeer } from 'hearsay/testkit';
       const validator: Validator = async ({ data }) => (data.length > 0 ? 'accept' : 'reject');
       export async function use(): Promise<void> {
         await using node: HearsayNode = await createNode({ knownPeers: ['127.0.0.1:6001'] });
         node.subscribe(1337, validator).close();
         node.subscribe(1337, verifier({ allowedKeys: [] })).close();
         node.subscribe([1, 2], (received) => console.log(received.data), { autoAccept: true });
         for await (const received of node.subscribe(1337)) received.ignore();
         node.on('link-lost', ({ code, openLinks }) => console.log(code, openLinks));
         node.on('validator-failed', ({ error }) => console.log(error instanceof NodeError));
         const client = await connect(node.apiAddress ?? '127.0.0.1:7001');
         await client.announce(1337, 'hello');
         const { address } = await startTestNode();
         const peer = await ScriptedPeer.link(address);
         const message: PeerMessage = await peer.next('peer-announce');
         peerMessageReader().push(new Uint8Array());
         console.log(message.kind, node.stats().sizes.openLinks.max, node.peers()[0]?.openForMillis);
       }`,
      {
        module: 'nodenext',
        target: 'es2023',
        lib: ['es2023', 'esnext.disposable'],
        types: ['node'],
      },
    );
    expect(said).toBe('');
  });

  it('has wire for programs that are not for Node at all', async () => {
    const said = await compile(
      `import { encodeNotify, notificationReader } from 'hearsay/wire';
       export const frame: Uint8Array = encodeNotify(1337);
       export const next = notificationReader().next();`,
      { module: 'nodenext', target: 'es2023', lib: ['es2023'], types: [] },
    );
    expect(said).toBe('');
  });
});
