/** The part of the WebAssembly JavaScript interface that is used here; TypeScript declares it in its library for browsers alone.
 *  https://webassembly.github.io/spec/js-api/ */
declare namespace WebAssembly {
  class Memory {
    /** Sizes in pages of 64 KiB. @throws RangeError where there is no room */
    constructor(descriptor: { initial: number; maximum: number; shared: true });
    readonly buffer: SharedArrayBuffer;
  }
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
    readonly [Symbol.toStringTag]: "WebAssembly.Module";
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, Memory>>);
    readonly exports: Readonly<Record<string, unknown>>;
  }
}
