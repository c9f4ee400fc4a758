// The part of undici that the benchmark uses. Declared here, because the peers are installed on
// demand and the sources must compile without them.
declare module 'undici' {
  export class Client {
    constructor(
      url: string,
      options: { readonly pipelining: number; readonly keepAliveTimeout: number },
    )
    request(options: {
      readonly method: string
      readonly path: string
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
    }): Promise<{ readonly body: { text(): Promise<string> } }>
  }
}
