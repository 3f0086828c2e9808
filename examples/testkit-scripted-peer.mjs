/**
 * A test of a program that embeds a node: with a peer that says what the test wants, in any test runner.
 *
 *     node --test examples/testkit-scripted-peer.mjs
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { peerAnnounce, rawFrame, ScriptedPeer, startTestNode, text } from 'hearsay/testkit';

/** The program under test: it lets nothing pass that is not JSON. */
function judgeJson(node) {
  node.subscribe(1337, ({ data }) => {
    try {
      JSON.parse(text(data));
      return 'accept';
    } catch {
      return 'reject';
    }
  });
}

test('JSON travels on, and nothing else', async (t) => {
  const cleanUp = (close) => t.after(close);
  const { node, address } = await startTestNode({ cleanUp });
  judgeJson(node);
  const left = await ScriptedPeer.link(address, { cleanUp });
  const right = await ScriptedPeer.link(address, { cleanUp });
  left.say(peerAnnounce({ data: 'no JSON' }), peerAnnounce({ data: '{"ok": true}' }));
  const { data } = await right.next('peer-announce');
  assert.equal(text(data), '{"ok": true}');
});

test('a peer that sends garbage is shown the door', async (t) => {
  const cleanUp = (close) => t.after(close);
  const { address, events } = await startTestNode({ cleanUp });
  const peer = await ScriptedPeer.link(address, { cleanUp });
  peer.send(rawFrame(9999, 'garbage'));
  await peer.ended();
  assert.equal(events.at(-1).code, 'unknown-type');
});
