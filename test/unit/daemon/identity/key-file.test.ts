import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { KeyFileError, loadKey, loadOrMakeKey } from '../../../../src/daemon/identity/key-file.ts';
import { describeKey } from '../../../../src/daemon/identity/keys.ts';
import { storedIdentity } from '../../../../src/daemon/identity/node-identity.ts';

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'hearsay-key-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function fileWith(text: string | Buffer, mode = 0o600): string {
  const path = join(directory(), 'identity.pem');
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  return path;
}

/** The message of a refusal, without the path in front. */
function refusal(path: string): string {
  try {
    loadOrMakeKey(path);
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error;
    expect(error.message.startsWith(`${path}: `)).toBe(true);
    expect(error.message).not.toMatch(/\n|PRIVATE/);
    return error.message.slice(path.length + 2);
  }
  throw new Error('it was taken');
}

const PEM = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });

describe('a key file that is not there', () => {
  it('is made, for this user alone', () => {
    const path = join(directory(), 'identity.pem');
    expect(describeKey(loadOrMakeKey(path))).toBe('Ed25519');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(path, '..'))).toEqual(['identity.pem']);
  });

  it('is the same key the next time', () => {
    const path = join(directory(), 'identity.pem');
    expect(storedIdentity(path).identity).toBe(storedIdentity(path).identity);
  });

  it('is not made where only looking is asked for', () => {
    const path = join(directory(), 'identity.pem');
    expect(loadKey(path)).toBeUndefined();
    expect(readdirSync(join(path, '..'))).toEqual([]);
  });

  it('cannot be made in a directory that is not there', () => {
    expect(refusal(join(directory(), 'no', 'identity.pem'))).toBe(
      'the key cannot be made (ENOENT); let this user write to the directory, or name another',
    );
  });
});

describe('a key file', () => {
  it.each(['pkcs1', 'pkcs8'] as const)('may hold RSA in the form %s', (type) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const path = fileWith(privateKey.export({ type, format: 'pem' }));
    expect(storedIdentity(path)).toMatchObject({ keyType: 'RSA 2048', path });
  });

  it.each([0o644, 0o640, 0o604, 0o660, 0o601])('is refused with mode %o', (mode) => {
    expect(refusal(fileWith(PEM, mode))).toMatch(
      /^is open to other users \(mode 0\d\d\d\); chmod 600/,
    );
  });

  it('is taken with fewer rights than it is made with', () => {
    expect(describeKey(loadOrMakeKey(fileWith(PEM, 0o400)))).toBe('Ed25519');
  });

  it('is refused if it is a symbolic link, also one to a good key', () => {
    const path = join(directory(), 'identity.pem');
    symlinkSync(fileWith(PEM), path);
    expect(refusal(path)).toMatch(/^is a symbolic link; /);
  });

  it('is refused if it is a directory', () => {
    const path = join(directory(), 'identity.pem');
    mkdirSync(path, { mode: 0o700 });
    expect(refusal(path)).toBe('is a directory; name a file');
  });

  it("is refused if it is another user's, as far as that can be tried", () => {
    const path = fileWith(PEM);
    if (process.getuid?.() !== 0) return;
    chownSync(path, 12_345, 12_345);
    expect(refusal(path)).toBe("belongs to another user (uid 12345); chown it to the node's user");
  });

  it.each<[string, string | Buffer, RegExp]>([
    ['is empty', '', /^is empty; /],
    ['is truncated', PEM.slice(0, 60), /^is a damaged or truncated private key; /],
    ['lacks its last line', PEM.slice(0, PEM.indexOf('-----END')), /^is a damaged or truncated/],
    ['is no PEM', 'hello', /^is no PEM private key; /],
    ['is binary', Buffer.alloc(100, 0xff), /^is no PEM private key; /],
    ['is far too long', Buffer.alloc(65_537, 0x20), /^has 65537 bytes, which no private key has; /],
    [
      'holds P-256',
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
        type: 'pkcs8',
        format: 'pem',
      }),
      /^the key is ec; a key is Ed25519, or RSA of 2048 to 4096 bits$/,
    ],
    [
      'holds a public key',
      generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }),
      /^is no PEM private key; /,
    ],
    [
      'is encrypted',
      generateKeyPairSync('ed25519').privateKey.export({
        type: 'pkcs8',
        format: 'pem',
        cipher: 'aes-256-cbc',
        passphrase: 'x',
      }),
      /^is encrypted with a passphrase; /,
    ],
  ])('is refused if it %s', (_, text, expected) => {
    const path = fileWith(text);
    expect(refusal(path)).toMatch(expected);
    expect(readFileSync(path)).toEqual(Buffer.from(text));
  });
});
