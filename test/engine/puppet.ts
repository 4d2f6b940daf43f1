/** A device in the hands of somebody who keeps to no rule: it says whatever it is told to, over a real relay. */

import { randomBytes } from "node:crypto";
import { openLink } from "@asfaleia/client";
import { fingerprint, type Signer } from "@asfaleia/identity";
import { parseAddress } from "@asfaleia/protocol";
import {
  type Card,
  type Content,
  deviceId,
  encodePlaintext,
  mailboxSigner,
  makeCard,
  makeCertificate,
  makeDeviceList,
  newDevice,
  newKyberPrekey,
  newSignedPrekey,
  openCard,
  openEnvelope,
  openSessions,
  type Sessions,
  sealEnvelope,
  sha256,
  xwingKeyFromSeed,
} from "../../packages/client/test/internals.ts";
import { MemoryStore } from "../../packages/client/test/session/memorystore.ts";
import { newEd25519 } from "../kit/keys.ts";

const DAY_MS = 86_400_000;
const OPENING_SIZE = 16_384;

export type Words = Pick<Content, "kind"> & {
  readonly body: unknown;
  readonly n?: number;
  readonly id?: Uint8Array;
};

export class Puppet {
  readonly signer: Signer;
  readonly id: string;
  readonly key: Uint8Array;
  readonly store = new MemoryStore();
  /** What came to its mailbox. */
  readonly heard: Uint8Array[] = [];
  readonly #deviceKey: Uint8Array;
  readonly #registration: number;
  readonly #xwing = xwingKeyFromSeed(new Uint8Array(randomBytes(32)));
  readonly #mailbox = mailboxSigner(new Uint8Array(randomBytes(32)));
  readonly #relay: string;
  #sessions: Sessions;

  constructor(relay: string, signer: Signer = newEd25519().signer) {
    this.#relay = relay;
    this.signer = signer;
    const { deviceKey, publicKey, registration } = newDevice();
    this.#deviceKey = deviceKey;
    this.#registration = registration;
    this.key = publicKey;
    this.id = deviceId(publicKey);
    this.#sessions = this.#open();
  }

  #open(): Sessions {
    return openSessions({
      store: this.store,
      ownDevice: this.id,
      deviceKey: this.#deviceKey,
      registration: this.#registration,
    });
  }

  /** Whoever has it reads the mailbox on the card. */
  get mailbox(): Signer {
    return this.#mailbox;
  }

  /** @param others devices of the same SSH key that it names too */
  list(counter = 1, at = Date.now(), others: readonly Puppet[] = []): Promise<Uint8Array> {
    const devices = [this, ...others].map(({ key }) => key);
    return makeDeviceList({ signer: this.signer, counter, devices, at, ends: at + 90 * DAY_MS });
  }

  /** @param prekeys the number of the signed prekey on it */
  async card({
    prekeys = 1,
    list,
    relay = this.#relay,
    name,
    ends = Date.now() + 14 * DAY_MS,
  }: {
    prekeys?: number;
    list?: Uint8Array;
    relay?: string;
    name?: string;
    ends?: number;
  } = {}): Promise<Uint8Array> {
    const now = Date.now();
    const signed = newSignedPrekey(prekeys, this.#deviceKey, now);
    const kyber = newKyberPrekey(prekeys + 1, this.#deviceKey, now);
    this.store.signed.set(prekeys, signed.record);
    this.store.kyber.set(prekeys + 1, kyber.record);
    return makeCard(
      {
        device: this.key,
        registration: this.#registration,
        signed: { id: signed.id, key: signed.key, signature: signed.signature },
        kyber: { id: kyber.id, key: kyber.key, signature: kyber.signature },
        xwing: this.#xwing.publicKey,
        certificate: await makeCertificate({
          signer: this.signer,
          deviceKey: this.#deviceKey,
          devicePublicKey: this.key,
          xwing: this.#xwing.publicKey,
          at: now,
        }),
        list: list ?? (await this.list()),
        mailboxes: [{ relay, mailbox: fingerprint(this.#mailbox.publicKey) }],
        ...(name === undefined ? {} : { name }),
        ends: ends + prekeys,
      },
      this.#deviceKey,
    );
  }

  content({ kind, body, n = 0, id }: Words): Content {
    return {
      v: 1,
      isKnown: true,
      id: id ?? new Uint8Array(randomBytes(16)),
      n,
      at: Date.now(),
      kind,
      body,
    } as Content;
  }

  /** What it says in the place of a plaintext, where that is to be none. */
  async say(
    to: Card,
    words: Words | Uint8Array,
    options: { card?: Uint8Array; anew?: boolean; shortId?: Uint8Array; invite?: Uint8Array } = {},
  ): Promise<Uint8Array> {
    const now = Date.now();
    const stage = this.#sessions.stage();
    if (options.anew || !stage.hasSession(to.deviceId)) {
      const { registration, device, signed, kyber, once } = to;
      const ofOnce = once && {
        kyber: { id: once.kyberId, key: once.kyber, signature: once.kyberSignature },
        once: { id: once.id, key: once.key },
      };
      const bundle = { registration, device, signed, kyber, ...ofOnce };
      await stage.open(to.deviceId, bundle, now);
    }
    const hello = {
      card: options.card ?? (await this.card()),
      to: sha256(to.identity.blob),
      from: sha256(this.signer.publicKey.blob),
      say: new Uint8Array(16).fill(7),
      ...(options.invite === undefined ? {} : { invite: options.invite }),
    };
    const plaintext =
      words instanceof Uint8Array ? words : encodePlaintext({ content: this.content(words), hello });
    const { ciphertext, isOpening } = await stage.encrypt(to.deviceId, plaintext, now);
    stage.apply();
    const { shortId } = options;
    if (!isOpening) {
      if (shortId === undefined) throw new Error("a message needs a short id");
      return sealEnvelope({ kind: "message", shortId, ciphertext }, to.xwing);
    }
    const size = { size: OPENING_SIZE };
    return shortId === undefined
      ? sealEnvelope({ kind: "opening", deviceKey: this.key, ciphertext }, to.xwing, size)
      : sealEnvelope({ kind: "first", shortId, ciphertext }, to.xwing, size);
  }

  open(envelope: Uint8Array): ReturnType<typeof openEnvelope> {
    return openEnvelope(envelope, this.#xwing);
  }
}

/** Puts envelopes into the mailbox on a card, one after the other. */
export async function post(card: Card, envelopes: readonly Uint8Array[]): Promise<void> {
  const [route] = card.mailboxes;
  if (route === undefined) throw new Error("a card without a mailbox");
  const link = await openLink(parseAddress(route.relay));
  try {
    const token = await link.authenticate(mailboxSigner(new Uint8Array(randomBytes(32))));
    for (const envelope of envelopes) await link.send(token, route.mailbox, envelope);
  } finally {
    link.close();
  }
}

export { openCard };

/** Resolves when it is so; rejects where that takes longer than three seconds. */
export async function soon(isSo: () => boolean, what: string, ms = 3_000): Promise<void> {
  const end = performance.now() + ms;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(what);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
