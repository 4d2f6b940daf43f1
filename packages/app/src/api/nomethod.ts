/** There is no such method. A file of its own, so that a face can know it without all methods. */
export class NoMethod extends Error {
  override readonly name = "NoMethod";

  constructor() {
    super("there is no such method; docs/rpc.md lists them");
  }
}
