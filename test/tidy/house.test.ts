/** The rules of the house (ARCHITECTURE.md) that a machine can check. */
import { describe, expect, it } from 'vitest';
import { filesBelow, importsOf, read, withoutComments, type Import } from './sources.ts';

/** Which room may import which, beside itself. `src/index.ts` is the library entry. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  basics: [],
  wire: ['basics'],
  core: ['wire', 'basics'],
  sim: ['core', 'wire', 'basics'],
  daemon: ['core', 'wire', 'basics'],
  client: ['wire', 'basics'],
  testkit: ['daemon', 'client', 'sim', 'core', 'wire', 'basics'],
  cli: ['daemon', 'client', 'sim', 'basics'],
};
const PURE = ['basics', 'wire', 'core', 'sim'];
/** Sub-rooms of these do not import each other: their parent introduces them. */
const PARENTS = ['core', 'daemon'];
/** What every sub-room of a parent may use. */
const SHARED: Readonly<Record<string, readonly string[]>> = { core: [], daemon: ['sockets'] };

const SOURCES = filesBelow('src', /\.ts$/);
const IMPORTS = SOURCES.flatMap(importsOf);

function roomOf(path: string): string {
  return path.split('/')[1]!;
}

/** `connections` of `src/core/connections/link.ts`; undefined for a file of the parent itself. */
function subRoomOf(path: string): string | undefined {
  const parts = path.split('/');
  return parts.length > 3 ? parts[2] : undefined;
}

function show(found: readonly Import[]): string[] {
  return found.map(({ from, specifier }) => `${from} imports ${specifier}`);
}

describe('the house', () => {
  it('has the rooms of the table and no others', () => {
    const rooms = new Set(SOURCES.filter((path) => path.split('/').length > 2).map(roomOf));
    expect([...rooms].filter((room) => !(room in ROOMS))).toEqual([]);
  });

  it('has every room import only those it may', () => {
    const wrong = IMPORTS.filter(({ from, target }) => {
      if (target === undefined || from.split('/').length === 2) return false;
      const room = roomOf(from);
      return roomOf(target) !== room && !ROOMS[room]!.includes(roomOf(target));
    });
    expect(show(wrong)).toEqual([]);
  });

  it('asks for certificates in a way by which Node does not lose memory', () => {
    const wrong = SOURCES.filter((path) =>
      withoutComments(read(path)).includes('getPeerX509Certificate'),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps the sub-rooms of core and daemon apart', () => {
    const wrong = IMPORTS.filter(({ from, target }) => {
      const room = roomOf(from);
      if (target === undefined || !PARENTS.includes(room) || roomOf(target) !== room) return false;
      const [here, there] = [subRoomOf(from), subRoomOf(target)];
      if (here === undefined || there === undefined || here === there) return false;
      return !SHARED[room]!.includes(there);
    });
    expect(show(wrong)).toEqual([]);
  });

  it('has no packages and no node: in the pure rooms', () => {
    const wrong = IMPORTS.filter(
      ({ from, target }) => PURE.includes(roomOf(from)) && target === undefined,
    );
    expect(show(wrong)).toEqual([]);
  });

  it('has neither clock, chance nor promises in the pure rooms', () => {
    const banned =
      /\bDate\b|Math\.random|\basync\b|\bPromise\b|\bawait\b|\bset(Timeout|Interval|Immediate)\b|\bperformance\b|\bglobalThis\b|\bprocess\./;
    const wrong = SOURCES.filter((path) => PURE.includes(roomOf(path))).flatMap((path) => {
      const match = banned.exec(withoutComments(read(path)));
      return match === null ? [] : [`${path}: ${match[0]}`];
    });
    expect(wrong).toEqual([]);
  });

  it('has basics of five files at most', () => {
    expect(SOURCES.filter((path) => roomOf(path) === 'basics').length).toBeLessThanOrEqual(5);
  });

  it('has no file over 400 lines', () => {
    const long = SOURCES.filter((path) => read(path).split('\n').length > 400);
    expect(long).toEqual([]);
  });

  it('opens every source file with what it is for', () => {
    const bare = SOURCES.filter((path) => !/^(#!.*\n)?\/\*\*/.test(read(path)));
    expect(bare).toEqual([]);
  });

  it('has no default exports, and no enums or namespaces', () => {
    const wrong = SOURCES.filter((path) =>
      /^export default|^\s*(export )?(declare )?(enum|namespace) /m.test(
        withoutComments(read(path)),
      ),
    );
    expect(wrong).toEqual([]);
  });
});

describe('the tests', () => {
  it('are all run: none is skipped, none runs alone', () => {
    const marked = filesBelow('test', /\.test\.ts$/).filter((path) =>
      /\b(it|test|describe)\.(skip|only|todo)\b/.test(withoutComments(read(path))),
    );
    expect(marked).toEqual([]);
  });

  it('below integration level never sleep', () => {
    const sleepers = [
      ...filesBelow('test/unit', /\.ts$/),
      ...filesBelow('test/property', /\.ts$/),
      ...filesBelow('test/simulation', /\.ts$/),
    ].filter((path) => /\bsetTimeout\(|timers\/promises/.test(withoutComments(read(path))));
    expect(sleepers).toEqual([]);
  });
});
