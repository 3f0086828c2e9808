/**
 * Three nodes whose disks stop taking anything, while they have something to store all the time: one is full, one
 * read-only, one fails with EIO. After two minutes the disks are well again.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../../../dist/client/index.js';
import { STATE_FILE, StateDirectory } from '../../../dist/daemon/store/state-directory.js';
import { NodeProcess, until } from '../processes.mjs';

const TYPE = 1337;
const ANNOUNCE_MILLIS = 500;
const SICK_MILLIS = 130_000;
/** Between two warnings; timers are not exact. */
const WARNED_MILLIS = 59_000;

const SMALL_BYTES = 256 * 1024;
const DISK_BYTES = 16 * 1024 * 1024;

/** How the place is made (shell), how it falls sick, and how it gets well. */
const DISKS = {
  full: {
    prepare: (path) =>
      `mkdir -m 700 ${path}; mount -t tmpfs -o size=${SMALL_BYTES},mode=700 tmpfs ${path}; `,
    spoil: ({ stateDir }) => fill(join(stateDir, 'ballast')),
    heal: ({ stateDir }) => rmSync(join(stateDir, 'ballast')),
  },
  'read-only': {
    prepare: (path) => `mkdir -m 700 ${path}; mount -t tmpfs -o mode=700 tmpfs ${path}; `,
    spoil: (node) => remount(node, 'ro'),
    heal: (node) => remount(node, 'rw'),
  },
  // A disk that is shorter than its file system believes.
  EIO: {
    prepare: (path) =>
      `mkdir -m 700 ${path}; truncate -s ${DISK_BYTES} ${path}.disk; ` +
      `mkfs.ext4 -q -O ^has_journal ${path}.disk; mount -o loop ${path}.disk ${path}; chmod 700 ${path}; `,
    spoil: (node) => resize(node, SMALL_BYTES / 4),
    heal: (node) => resize(node, DISK_BYTES),
  },
};

export async function diskCase(network, report) {
  await Promise.all(
    Object.entries(DISKS).map(([name, disk]) => oneDisk(name, disk, network.addHost(), report)),
  );
}

async function oneDisk(name, { prepare, spoil, heal }, host, report) {
  const node = await NodeProcess.start(host, {}, undefined, prepare);
  const program = await connect(node.apiAddress);
  const other = await connect(node.apiAddress);
  let served = 0;
  other.serve(TYPE, () => {
    served++;
    return 'accept';
  });
  let announced = 0;
  const timer = setInterval(() => void program.announce(TYPE, `${announced++}`), ANNOUNCE_MILLIS);
  const stored = () => new StateDirectory(node.stateDir, () => {}).seen.load();
  while ((await stored()) === undefined) await sleep(ANNOUNCE_MILLIS);

  await spoil(node);
  const file = join(node.stateDir, STATE_FILE);
  const before = readFileSync(file);
  await sleep(SICK_MILLIS);
  const isAsBefore = readFileSync(file).equals(before);
  const warnings = node.lines.filter(({ msg }) => String(msg).includes('cannot be stored'));
  const healed = performance.now();
  await heal(node);
  await until(() => !readFileSync(file).equals(before));
  const again = performance.now() - healed;
  const isReadable = (await stored()) !== undefined;
  clearInterval(timer);
  await until(() => served === announced || node.hasEnded);

  const gaps = warnings.slice(1).map(({ time }, i) => time - warnings[i].time);
  report.figure(`${name}: warnings in ${SICK_MILLIS / 1_000} s`, warnings.length);
  report.figure(`${name}: the first says`, warnings[0]?.reason);
  report.figure(`${name}: stored again after`, `${(again / 1_000).toFixed(1)} s`);
  report.promise(`${name}: the node stays up and in service`, served === announced);
  report.promise(
    `${name}: it warns, once a minute at most`,
    warnings.length > 0 && gaps.every(isRare),
  );
  report.promise(`${name}: what was stored before stays as it was`, isAsBefore);
  report.promise(`${name}: afterwards it stores again`, isReadable);
}

function isRare(millis) {
  return millis >= WARNED_MILLIS;
}

function fill(path) {
  try {
    for (;;) appendFileSync(path, Buffer.alloc(4_096));
  } catch (error) {
    if (error.code !== 'ENOSPC') throw error;
  }
}

function remount({ pid, folder }, how) {
  inMountsOf(pid, 'mount', '-o', `remount,${how}`, join(folder, 'state'));
}

function resize({ pid, folder }, bytes) {
  const mounted = readFileSync(`/proc/${pid}/mounts`, 'latin1').split('\n');
  const [device] = mounted.find((line) => line.includes(` ${folder}/state `)).split(' ');
  truncateSync(join(folder, 'state.disk'), bytes);
  inMountsOf(pid, 'losetup', '-c', device);
}

function inMountsOf(pid, ...words) {
  const { status, stderr } = spawnSync('nsenter', ['-t', pid, '-m', ...words], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${words.join(' ')}: ${stderr.trim()}`);
}
