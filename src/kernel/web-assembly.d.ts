// What src/kernel uses of WebAssembly. TypeScript declares it only together with a browser's whole
// world, of which nothing here may take hold.
declare namespace WebAssembly {
  type Module = object
  const Module: new (bytes: Uint8Array) => Module

  class Memory {
    constructor(pages: { readonly initial: number; readonly maximum: number })
    readonly buffer: ArrayBuffer
  }

  class Instance {
    constructor(module: Module, imports: { readonly env: { readonly memory: Memory } })
    readonly exports: object
  }
}
