/**
 * Random fan-out and flooding.
 *
 * Existing nodes of this protocol give every accepted announcement to `degree` random links, never to the one
 * it came from (docs/protocol.md, "504 received"). With as many as there are this is flooding, as floodsub
 * does (libp2p specs, pubsub/gossipsub/gossipsub-v1.0.md, "In the beginning was floodsub").
 */
import { ModelNode } from './model-network.mjs';

export class FanOutNode extends ModelNode {
  constructor(network, index, degree) {
    super(network, index);
    this.degree = degree;
  }

  onPublish(payload) {
    this.sendAll(this.sample(this.all, this.degree), payload, true);
  }

  onAccepted(payload, link) {
    this.sendAll(this.sample(this.all & ~(1 << link), this.degree), payload);
  }
}
