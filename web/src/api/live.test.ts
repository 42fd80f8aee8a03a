import { describe, expect, it } from "vitest";
import { lines } from "./live";

/** A body that arrives in these pieces, cut anywhere, also within a character. */
function arriving(pieces: readonly Uint8Array[]): Response {
  return new Response(
    new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(piece);
        controller.close();
      },
    }),
  );
}

async function read(text: string, size: number): Promise<string[]> {
  const bytes = new TextEncoder().encode(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.slice(at * size, (at + 1) * size),
  );
  const found: string[] = [];
  for await (const line of lines(arriving(pieces))) found.push(line);
  return found;
}

describe.each([1, 2, 3, 7, 1000])("lines in pieces of %i bytes", (size) => {
  it.each([
    ["", []],
    ['{"a":1}\n', ['{"a":1}']],
    ['{"a":1}\n\n \n{"b":"模型"}\n', ['{"a":1}', '{"b":"模型"}']],
    ['{"a":1}\n{"cut', ['{"a":1}']],
  ])("%j", async (text, expected) => expect(await read(text, size)).toEqual(expected));
});

it("gives up on a line without an end", async () => {
  await expect(read("x".repeat(1_000_001), 100_000)).rejects.toThrow("line too long");
});
