/** What people said, written down as they say it: against this is held what is shown in the end. */

/** Stands in every text and every name of a world, so that one search finds them all. */
export const MARK = "zimurgy";

export interface Said {
  /** 32 hex digits; undefined while its messenger has not told, because it was killed over it. */
  id: string | undefined;
  /** The installation. */
  readonly by: string;
  /** The person who said it, and the one it was said to. */
  readonly person: number;
  readonly to: number;
  /** Every text it has had: the first, then edits. */
  readonly texts: string[];
  /** The installations that edited it. */
  readonly editors: Set<string>;
  isDeleted: boolean;
  /** Devices of the receiver that the sender took for confirmed then. */
  readonly devices: readonly string[];
  /** Own devices, other than the one it was said on, that were confirmed then. */
  readonly ownDevices: readonly string[];
  /** Milliseconds since the world began. */
  readonly at: number;
}

export class Ledger {
  readonly said: Said[] = [];
  #count = 0;

  /** A text unlike every other of this world. */
  newText(): string {
    this.#count++;
    return `${MARK} ${this.#count}`;
  }

  add(said: Said): Said {
    this.said.push(said);
    return said;
  }

  /** What a line shows that its sender has of it. The id is learned here where the sender was killed before it told. */
  find(line: { readonly id: string; readonly text: string }): Said | undefined {
    const known = this.said.find(({ id }) => id === line.id);
    if (known !== undefined) return known;
    const said = this.said.find(({ id, texts }) => id === undefined && texts[0] === line.text);
    if (said !== undefined) said.id = line.id;
    return said;
  }
}
