/**
 * Things that must happen before any other module runs, because of the content security policy.
 *
 * - Scroll locking inside radix injects one <style>; it is let in by the nonce that the server wrote into the page.
 * - zod asks whether it may compile code with `new Function`. It may not, and even asking is a reported violation.
 */
import { setNonce } from "get-nonce";
import { config } from "zod/v4/core";

export const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";

setNonce(nonce);
config({ jitless: true });
