/**
 * `offer-text`: any bytes as the address list of a 506, beside the second reader: the same addresses, in one
 * form, or not UTF-8 for both. What was read is written and read again as it was.
 *
 * Input: the bytes of the list.
 */
import { must } from '../failure.mjs';
import { secondAddresses } from '../second/offer-text.mjs';

const WORDS = [
  ...'1.2.3.4:65535, 1.2.3.4:65536 [::1]:65536 [1:2::]:0 5.6.7.8:00001 ,::2:7'.split(' '),
  ...'[1111:2222:3333:4444:5555:6666:255.255.255.255]:65535 1:2:3:4:5:6:7:8'.split(' '),
  ...'127.0.0.1 10.0.0.255 255.255.255.255 0.0.0.0 01.2.3.4 1.2.3 1.2.3.4.5 a.example'.split(' '),
  ...'[::1] [2001:db8::7] ::ffff:1.2.3.4 [::ffff:7f00:1] :: 1::2:3 :0:0: ffff [fe80::1%eth0]'.split(
    ' ',
  ),
  ...':6001 :0 :65535 :65536 :00080 , : . [ ] \t \u00a0 \u2003 \ufeff \0 % -1 +1 0x7f'.split(' '),
  ' ',
];

export function offerTextTarget(code) {
  const utf8 = new TextEncoder();
  return {
    name: 'offer-text',
    summary: 'address lists beside a second reader',
    shape: {
      bytesMax: 160,
      dictionary: [
        ...WORDS.map((word) => utf8.encode(word)),
        ...['c3', 'a0', 'e0a0', 'eda080', 'f0908080', 'f4908080', 'c080', 'fe'].map(fromHex),
      ],
    },
    seeds: [
      '127.0.0.1:30002,[2001:db8::7]:6001',
      '::1:6001,::ffff:10.0.0.1:7,1.2.3.4:99999, 5.6.7.8:1 ,x:1',
      '[1:2:3:4:5:6:7:8]:1,[1:0:0:4:0:0:0:8]:2,[::]:3,[1::]:4,1.2.3.4:05',
    ].map((text) => utf8.encode(text)),
    execute(input, features) {
      const read = code.decodeOfferText(input);
      const expected = secondAddresses(input);
      features.note(featureOf(read, input));
      if (!Array.isArray(read)) {
        must(expected === undefined && read.code === 'bad-utf8', 'not-utf8', () => {
          return `${read.code}, but the second reader takes it for UTF-8`;
        });
        return;
      }
      expectAddresses(read, expected);
      expectAgain(code, read);
    },
    describe(input) {
      return [JSON.stringify(new TextDecoder().decode(input))];
    },
  };
}

function expectAddresses(read, expected) {
  must(
    expected !== undefined,
    'not-utf8',
    () => 'it was read, but the second reader finds no UTF-8',
  );
  const found = read.map(({ host, port }) => `${host} ${port}`);
  must(found.join() === expected.join(), 'other-addresses', () => {
    return `${found.join(', ')}; the second reader has ${expected.join(', ')}`;
  });
}

/** Written in the form of this node, the list reads as before, and each address has one form only. */
function expectAgain(code, addresses) {
  const again = code.decodeOfferText(code.encodeOfferText(addresses));
  const isSame =
    Array.isArray(again) &&
    again.length === addresses.length &&
    addresses.every((address, i) => code.addressEquals(address, again[i]));
  must(isSame, 'other-when-written', () => `${JSON.stringify(addresses)} does not survive writing`);
  for (const address of addresses) {
    must(code.canonicalHost(address.host) === address.host, 'not-canonical', () => address.host);
    must(code.compareAddresses(address, address) === 0, 'not-itself', () => address.host);
    code.scopeOf(address.host);
  }
}

/** What the first entries that could be read looked like, and roughly how many there are. */
function featureOf(read, input) {
  if (!Array.isArray(read)) return 1;
  const forms = read.slice(0, 3).map(({ host }) => host.split(':').length);
  return forms.reduce(
    (sum, form) => sum * 9 + form,
    Math.min(read.length, 4) + (input.length >> 6),
  );
}

function fromHex(hex) {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}
