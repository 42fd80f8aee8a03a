import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { loadEnv } from "vite";
import { defineConfig } from "vitest/config";

export default defineConfig(({ mode }) => {
  const env = loadEnv(mode, ".", "THINKWATCH_");
  return {
    plugins: [react(), tailwindcss()],
    resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
    // The server replaces this text in every answer; see src/nonce.ts for who reads it.
    html: { cspNonce: "__CSP_NONCE__" },
    build: {
      target: ["chrome123", "edge123", "firefox125", "safari17.5"],
      // Inlined files become data: addresses, which the policy allows for images only.
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      modulePreload: { polyfill: false },
    },
    server: {
      port: Number(env.THINKWATCH_DEV_PORT ?? 5173),
      // The cookies are SameSite=Strict and the server compares Origin with Host: both must look like the page's own.
      proxy: { "^/api/": { target: env.THINKWATCH_CONSOLE ?? "http://127.0.0.1:3001", changeOrigin: false } },
    },
    test: { include: ["src/**/*.test.ts"] },
  };
});
