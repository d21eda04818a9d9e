/** The nonce that the server's content security policy allows style elements with; empty without a policy. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.content ?? '';
}

/** Hands the nonce to libraries that look for it where webpack puts it: dialogs lock scrolling by a style. */
export function publishStyleNonce(): void {
  Object.assign(window, { __webpack_nonce__: styleNonce() });
}
