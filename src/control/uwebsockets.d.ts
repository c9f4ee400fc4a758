// The part of uWebSockets.js 20.51 that floe uses; the package carries no types of its own.
// Read from its documentation and tried: listen() calls back with false when the port is taken,
// but only with LIBUS_LISTEN_EXCLUSIVE_PORT; without it two listeners share the port silently.
declare module 'uWebSockets.js' {
  /** An open listener, opaque. */
  export interface ListenSocket {
    readonly listenSocket: unique symbol
  }

  /** Valid during the handler only: read what is needed before returning. */
  export interface HttpRequest {
    getMethod(): string
    getUrl(): string
    getQuery(): string
    getQuery(key: string): string | undefined
    /** Lower-case name; '' when absent. */
    getHeader(lowerCaseName: string): string
    getParameter(index: number): string | undefined
    forEach(visit: (name: string, value: string) => void): void
  }

  /** Not to be touched after onAborted has been called. */
  export interface HttpResponse {
    writeStatus(status: string): HttpResponse
    writeHeader(name: string, value: string): HttpResponse
    write(chunk: string | ArrayBuffer | Uint8Array): boolean
    end(body?: string | ArrayBuffer | Uint8Array, closeConnection?: boolean): HttpResponse
    /** Ends the connection without an answer. */
    close(): HttpResponse
    cork(write: () => void): HttpResponse
    onAborted(handler: () => void): HttpResponse
    /** `chunk` is valid during the call only. */
    onData(handler: (chunk: ArrayBuffer, isLast: boolean) => void): HttpResponse
    getRemoteAddressAsText(): ArrayBuffer
    upgrade(
      userData: unknown,
      key: string,
      protocol: string,
      extensions: string,
      context: SocketContext,
    ): void
  }

  export interface SocketContext {
    readonly socketContext: unique symbol
  }

  /** 1 sent, 0 buffered, 2 dropped over the limit. */
  export type SendStatus = 0 | 1 | 2

  export interface WebSocket<UserData> {
    send(message: string | ArrayBuffer | Uint8Array, isBinary?: boolean): SendStatus
    ping(message?: string | ArrayBuffer | Uint8Array): SendStatus
    end(code?: number, shortMessage?: string): void
    /** Ends the connection without a close frame. */
    close(): void
    cork(write: () => void): WebSocket<UserData>
    getBufferedAmount(): number
    getUserData(): UserData
  }

  export interface WebSocketBehavior<UserData> {
    maxPayloadLength?: number
    maxBackpressure?: number
    idleTimeout?: number
    sendPingsAutomatically?: boolean
    compression?: number
    upgrade?(response: HttpResponse, request: HttpRequest, context: SocketContext): void
    open?(socket: WebSocket<UserData>): void
    message?(socket: WebSocket<UserData>, message: ArrayBuffer, isBinary: boolean): void
    drain?(socket: WebSocket<UserData>): void
    ping?(socket: WebSocket<UserData>, message: ArrayBuffer): void
    pong?(socket: WebSocket<UserData>, message: ArrayBuffer): void
    close?(socket: WebSocket<UserData>, code: number, message: ArrayBuffer): void
  }

  export type HttpHandler = (response: HttpResponse, request: HttpRequest) => void

  export interface TemplatedApp {
    get(pattern: string, handler: HttpHandler): TemplatedApp
    post(pattern: string, handler: HttpHandler): TemplatedApp
    put(pattern: string, handler: HttpHandler): TemplatedApp
    del(pattern: string, handler: HttpHandler): TemplatedApp
    any(pattern: string, handler: HttpHandler): TemplatedApp
    ws<UserData>(pattern: string, behavior: WebSocketBehavior<UserData>): TemplatedApp
    listen(
      host: string,
      port: number,
      options: number,
      done: (socket: ListenSocket | false) => void,
    ): TemplatedApp
    /** Closes listeners and connections; nothing is called afterwards. */
    close(): TemplatedApp
  }

  const uws: {
    App(): TemplatedApp
    us_socket_local_port(socket: ListenSocket): number
    us_listen_socket_close(socket: ListenSocket): void
    readonly LIBUS_LISTEN_EXCLUSIVE_PORT: number
    readonly DISABLED: number
  }
  export default uws
}
