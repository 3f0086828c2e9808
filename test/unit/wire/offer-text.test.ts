import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../../src/wire/address.ts';
import { decodeOfferText, encodeOfferText, isUtf8 } from '../../../src/wire/offer-text.ts';
import { concat, hex, utf8 } from './frames.ts';

const A = { host: '127.0.0.1', port: 6001 };
const B = { host: '::1', port: 6002 };

describe('the text of an offer', () => {
  it('is written with commas, without spaces, IPv6 in brackets', () => {
    expect(encodeOfferText([A, B])).toEqual(utf8('127.0.0.1:6001,[::1]:6002'));
  });

  it('is empty without addresses', () => {
    expect(encodeOfferText([])).toEqual(new Uint8Array(0));
  });

  it('is read in its order', () => {
    expect(decodeOfferText(utf8('127.0.0.1:6001,[::1]:6002'))).toEqual([A, B]);
  });

  it('is read without addresses when it is empty', () => {
    expect(decodeOfferText(new Uint8Array(0))).toEqual([]);
  });

  it('keeps addresses that are in it twice', () => {
    expect(decodeOfferText(utf8('127.0.0.1:6001,127.0.0.1:6001'))).toEqual([A, A]);
  });

  it('may write IPv6 without brackets, as older nodes do', () => {
    expect(decodeOfferText(utf8('::1:6002,127.0.0.1:6001'))).toEqual([B, A]);
  });

  it('may write IPv4 as mapped IPv6', () => {
    expect(decodeOfferText(utf8('[::ffff:127.0.0.1]:6001'))).toEqual([A]);
  });

  it('has no entries with spaces: they cannot be read', () => {
    expect(decodeOfferText(utf8(' 127.0.0.1:6001,[::1]:6002'))).toEqual([B]);
  });

  it('may hold the longest address that there is', () => {
    const text = utf8('[0000:0000:0000:0000:0000:ffff:255.255.255.255]:65535');
    expect(decodeOfferText(text)).toEqual([{ host: '255.255.255.255', port: 65_535 }]);
  });

  it('may hold as many addresses as a message does', () => {
    const text = utf8(Array<string>(5_000).fill('10.0.0.1:443').join(','));
    expect(decodeOfferText(text)).toHaveLength(5_000);
  });
});

describe('an entry that cannot be used', () => {
  it.each([
    ['a host name', 'localhost:6001'],
    ['an international host name', 'bücher.example:6001'],
    ['an encoded international host name', 'xn--bcher-kva.example:6001'],
    ['300 characters', `${'a'.repeat(294)}:6001`],
    ['300 digits', `127.0.0.${'1'.repeat(292)}`],
    ['a NUL', '127.0.0.1\0:6001'],
    ['a newline inside', '127.0.0.1\n:6001'],
    ['no port', '127.0.0.1'],
    ['an empty port', '127.0.0.1:'],
    ['port 0', '127.0.0.1:0'],
    ['port 0 in IPv6', '[::1]:0'],
    ['a port too large', '127.0.0.1:65536'],
    ['a port that is no number', '127.0.0.1:http'],
    ['a zone', '[fe80::1%eth0]:6001'],
    ['octal digits', '127.0.0.010:6001'],
    ['a byte order mark', '\ufeff127.0.0.1:6001'],
    ['digits of another script', '١٢٧.0.0.1:6001'],
    ['nothing', ''],
    ['blanks', '   '],
    ['a path', '../../etc/passwd:1'],
    ['an escape sequence', '\u001b[2J:6001'],
  ])('is left out, the others are used: %s', (_name, entry) => {
    expect(decodeOfferText(utf8(`127.0.0.1:6001,${entry},[::1]:6002`))).toEqual([A, B]);
  });

  it('may be the first or the last', () => {
    expect(decodeOfferText(utf8(',127.0.0.1:6001,'))).toEqual([A]);
  });

  it('may be each of 65,000', () => {
    expect(decodeOfferText(new Uint8Array(65_000).fill(0x2c))).toEqual([]);
  });
});

describe('bytes that are not UTF-8', () => {
  it('are a violation even if all entries could be read', () => {
    expect(decodeOfferText(concat(utf8('127.0.0.1:6001,'), hex('ff')))).toMatchObject({
      kind: 'violation',
      code: 'bad-utf8',
    });
  });

  it.each([
    ['an overlong slash', 'c0af'],
    ['an overlong NUL', 'c080'],
    ['a surrogate', 'eda080'],
    ['a code point above U+10FFFF', 'f4908080'],
    ['a lonely continuation', '80'],
    ['a sequence that is cut off', 'e282'],
    ['UTF-16', 'fffe3100'],
  ])('are a violation: %s', (_name, digits) => {
    expect(decodeOfferText(hex(digits))).toMatchObject({ code: 'bad-utf8' });
  });
});

describe('isUtf8', () => {
  it('agrees with TextDecoder about every one and two bytes', () => {
    const wrong: string[] = [];
    for (let i = 0; i < 0x1_0000; i++) {
      const bytes = Uint8Array.of(i >>> 8, i);
      if (isUtf8(bytes) !== decodes(bytes)) wrong.push(i.toString(16));
    }
    expect(wrong).toEqual([]);
  });

  it('agrees with TextDecoder about every lead byte with every second byte', () => {
    const wrong: string[] = [];
    for (let lead = 0xc0; lead <= 0xff; lead++) {
      for (let second = 0; second <= 0xff; second++) {
        for (const rest of [
          [],
          [0x80],
          [0xbf, 0x80],
          [0x7f, 0x80],
          [0x80, 0xc0],
          [0x80, 0xbf, 0x80],
        ]) {
          const bytes = Uint8Array.of(lead, second, ...rest);
          if (isUtf8(bytes) !== decodes(bytes)) wrong.push(Buffer.from(bytes).toString('hex'));
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('agrees with TextDecoder about any text that was damaged', () => {
    const damage = fc.tuple(fc.nat(60), fc.nat(255));
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.array(damage, { maxLength: 2 }),
        (text, list) => {
          const bytes = utf8(text);
          for (const [at, byte] of list) if (at < bytes.length) bytes[at] = byte;
          expect(isUtf8(bytes)).toBe(decodes(bytes));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('an offer of any addresses', () => {
  it('is read as it was written', () => {
    const host = fc.oneof(fc.ipV4(), fc.ipV6());
    const addresses = fc.array(fc.tuple(host, fc.integer({ min: 1, max: 65_535 })));
    fc.assert(
      fc.property(addresses, (pairs) => {
        // The decoder makes hosts canonical, which is not the point here.
        const text = pairs.map(([ip, port]) => formatAddress({ host: ip, port })).join(',');
        const offered = decodeOfferText(utf8(text));
        expect(offered).toHaveLength(pairs.length);
        expect(decodeOfferText(encodeOfferText(offered as (typeof A)[]))).toEqual(offered);
      }),
    );
  });
});

function decodes(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
