/** Stands for modules that a library loads and this page never uses: polyfills, and the client of a second protocol. */
export class WebSocketClient {}
