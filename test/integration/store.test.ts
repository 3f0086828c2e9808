/** What a node stores for its next life: real files, and what becomes of them when something goes wrong. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { StoredState } from '../../src/core/stored-state.ts';
import { seldom } from '../../src/daemon/store/seldom.ts';
import { StateDirectory, STATE_FILE } from '../../src/daemon/store/state-directory.ts';
import { STATE_FILE_BYTES_MAX } from '../../src/daemon/store/state-file.ts';
import { StateKeeper } from '../../src/daemon/store/state-keeper.ts';
import { until } from '../../src/testkit/index.ts';

const STATE: StoredState = {
  secret: [0x01234567, 0xfedcba98],
  records: Buffer.from('the records of the core'),
  firstStartedAgoMs: 60_000,
};
const NOON = Date.UTC(2026, 10, 22, 12);

interface Place {
  readonly path: string;
  readonly troubles: string[];
  /** The directory as a process sees it that runs at this time of the calendar. */
  at(now: number): StateDirectory['seen'];
}

async function newPlace(): Promise<Place> {
  const above = await mkdtemp(join(tmpdir(), 'hearsay-store-'));
  onTestFinished(() => rm(above, { recursive: true, force: true }));
  const path = join(above, 'deep', 'node.state');
  const troubles: string[] = [];
  const onTrouble = (message: string, fields: { path: string; reason: string }): number =>
    troubles.push(`${message}: ${fields.reason}`);
  return { path, troubles, at: (now) => new StateDirectory(path, onTrouble, () => now).seen };
}

/** A place with {@link STATE} in it, stored at noon. */
async function storedPlace(): Promise<Place & { readonly file: string }> {
  const place = await newPlace();
  await place.at(NOON).save(STATE);
  return { ...place, file: join(place.path, STATE_FILE) };
}

describe('the state directory', () => {
  it('has nothing at first, and says nothing about that', async () => {
    const { at, troubles } = await newPlace();
    expect([await at(NOON).load(), troubles]).toEqual([undefined, []]);
  });

  it('gives back what was stored, and says how long ago', async () => {
    const { at } = await storedPlace();
    expect(await at(NOON + 5_000).load()).toEqual({ ...STATE, storedAgoMs: 5_000 });
  });

  it('does not know of a first start that was not told', async () => {
    const { at } = await newPlace();
    const { secret, records } = STATE;
    await at(NOON).save({ secret, records });
    expect((await at(NOON).load())?.firstStartedAgoMs).toBeUndefined();
  });

  it('takes nothing for younger than it was when the calendar was set back', async () => {
    const { at } = await storedPlace();
    const loaded = await at(NOON - 3_600_000).load();
    expect([loaded?.storedAgoMs, loaded?.firstStartedAgoMs]).toEqual([0, 60_000]);
  });

  it('keeps what was stored last', async () => {
    const { at } = await storedPlace();
    await at(NOON).save({ ...STATE, records: Buffer.from('newer') });
    expect((await at(NOON).load())?.records).toEqual(Buffer.from('newer'));
  });

  it('can be looked into by its user alone', async () => {
    const { path, file } = await storedPlace();
    const modes = await Promise.all([stat(path), stat(file)]);
    expect(modes.map(({ mode }) => (mode & 0o777).toString(8))).toEqual(['700', '600']);
  });

  it('leaves nothing beside the file', async () => {
    const { path } = await storedPlace();
    expect(await readdir(path)).toEqual([STATE_FILE]);
  });

  it('is not confused by the half of a file that a crash has left', async () => {
    const { at, path } = await storedPlace();
    await writeFile(join(path, `${STATE_FILE}.next`), 'hearsay sta');
    await at(NOON).save({ ...STATE, records: Buffer.from('newer') });
    expect((await at(NOON).load())?.records).toEqual(Buffer.from('newer'));
  });
});

describe('a damaged file', () => {
  it('of any length is not used', async () => {
    const { at, file } = await storedPlace();
    const whole = await readFile(file);
    const loaded: unknown[] = [];
    for (let length = 0; length < whole.length; length++) {
      await writeFile(file, whole.subarray(0, length));
      loaded.push(await at(NOON).load());
    }
    expect(loaded.filter((state) => state !== undefined)).toEqual([]);
  });

  it('with any byte changed is not used', async () => {
    const { at, file } = await storedPlace();
    const whole = await readFile(file);
    const loaded: unknown[] = [];
    for (let place = 0; place < whole.length; place++) {
      const changed = Buffer.from(whole);
      changed[place]! ^= 1;
      await writeFile(file, changed);
      loaded.push(await at(NOON).load());
    }
    expect(loaded.filter((state) => state !== undefined)).toEqual([]);
  });

  it('larger than any that is written is not read', async () => {
    const { at, file, troubles } = await storedPlace();
    await truncate(file, STATE_FILE_BYTES_MAX + 1);
    await at(NOON).load();
    expect(troubles).toHaveLength(1);
  });

  it('is set aside under the time of day, as it is', async () => {
    const { at, path, file } = await storedPlace();
    await writeFile(file, 'rubbish');
    await at(NOON).load();
    const aside = `${STATE_FILE}.bad-2026-11-22T120000.000Z`;
    expect([await readdir(path), await readFile(join(path, aside), 'utf8')]).toEqual([
      [aside],
      'rubbish',
    ]);
  });

  it('is told of once', async () => {
    const { at, file, troubles } = await storedPlace();
    await writeFile(file, 'rubbish');
    await at(NOON).load();
    await at(NOON).load();
    expect(troubles).toEqual([
      'the stored state is damaged; it was set aside, and nothing is remembered: it is too short',
    ]);
  });
});

describe('damaged files', () => {
  it('are kept, but no more than four', async () => {
    const { at, path, file } = await storedPlace();
    for (let hour = 0; hour < 7; hour++) {
      await writeFile(file, `rubbish ${hour}`);
      await at(NOON + hour * 3_600_000).load();
    }
    const left = await Promise.all(
      (await readdir(path)).toSorted().map((name) => readFile(join(path, name), 'utf8')),
    );
    expect(left).toEqual(['rubbish 3', 'rubbish 4', 'rubbish 5', 'rubbish 6']);
  });
});

describe('trouble', () => {
  it('is told of at once, and then once a minute at most', () => {
    const told: string[] = [];
    let now = 5;
    const onTrouble = seldom(
      (message) => told.push(message),
      60_000,
      () => now,
    );
    for (; now < 180_000; now += 1_000) onTrouble(`after ${now} ms`, { path: '/', reason: 'full' });
    expect(told).toEqual(['after 5 ms', 'after 60005 ms', 'after 120005 ms']);
  });
});

describe('a place that cannot be used', () => {
  it('is told of when it is read', async () => {
    const { at, file, troubles } = await storedPlace();
    const inside = new StateDirectory(file, (message) => troubles.push(message)).seen;
    expect([await inside.load(), troubles, await at(NOON).load()]).toEqual([
      undefined,
      ['the stored state cannot be read'],
      expect.objectContaining({ secret: STATE.secret }),
    ]);
  });

  it('makes a save fail', async () => {
    const { file } = await storedPlace();
    const inside = new StateDirectory(file, () => {}).seen;
    await expect(inside.save(STATE)).rejects.toThrow('EEXIST');
  });

  it('has nothing left in it by a save that failed', async () => {
    const { at, path } = await newPlace();
    // Nothing can be put in place of a directory.
    await mkdir(join(path, STATE_FILE), { recursive: true });
    await expect(at(NOON).save(STATE)).rejects.toThrow('EISDIR');
    expect(await readdir(path)).toEqual([STATE_FILE]);
  });
});

describe('the keeper', () => {
  it('stores again whenever something is new', async () => {
    const kept = keeper();
    await until(() => kept.saved.length === 1);
    kept.revision = 1;
    await until(() => kept.saved.length === 2);
    kept.revision = 2;
    await until(() => kept.saved.length === 3);
    expect(kept.saved).toEqual([0, 1, 2]);
  });

  it('stores nothing while nothing is new', async () => {
    const kept = keeper();
    const looked = kept.looks + 5;
    await until(() => kept.looks >= looked);
    expect(kept.saved).toEqual([0]);
  });

  it('stores what is new when it is closed', async () => {
    const kept = keeper({ every: 1_000_000 });
    kept.revision = 1;
    await kept.keeper.close();
    expect(kept.saved).toEqual([0, 1]);
  });

  it('stores what has become new while it wrote', async () => {
    const kept = keeper({ every: 1_000_000 });
    const closed = kept.keeper.close();
    kept.revision = 1;
    await closed;
    expect(kept.saved).toEqual([0, 1]);
  });

  it('goes on trying where it fails', async () => {
    const kept = keeper({ fails: true });
    await until(() => kept.tries >= 3);
    kept.fails = false;
    await until(() => kept.saved.length > 0);
    expect(kept.saved).toEqual([0]);
  });

  it('tells of each time it failed', async () => {
    const kept = keeper({ fails: true, every: 1_000_000 });
    await kept.keeper.close();
    expect(kept.troubles).toBe(2);
  });

  it('lets a node end although it cannot store', async () => {
    const kept = keeper({ fails: true, every: 1_000_000 });
    await expect(kept.keeper.close()).resolves.toBeUndefined();
  });
});

interface Kept {
  revision: number;
  fails: boolean;
  /** The revision at each save that did not fail. */
  readonly saved: number[];
  looks: number;
  tries: number;
  troubles: number;
  readonly keeper: StateKeeper<StoredState>;
}

function keeper({ fails = false, every = 1 } = {}): Kept {
  const counts = { revision: 0, fails, saved: [] as number[], looks: 0, tries: 0, troubles: 0 };
  const save = async ({ records }: StoredState): Promise<void> => {
    counts.tries++;
    await Promise.resolve();
    if (counts.fails) throw new Error('no space');
    counts.saved.push(records[0]!);
  };
  const revision = (): number => {
    counts.looks++;
    return counts.revision;
  };
  const store = (): StoredState => ({ ...STATE, records: Uint8Array.of(counts.revision) });
  const onTrouble = (): void => void counts.troubles++;
  const source = { revision, store };
  const kept = new StateKeeper({ file: { path: '/', save }, source, onTrouble, every });
  onTestFinished(() => kept.close());
  return Object.assign(counts, { keeper: kept });
}
