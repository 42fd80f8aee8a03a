import { describe, expect, it } from "vitest";
import { fill, placeholders, type Texts } from "./texts";

const modules = import.meta.glob<Record<string, unknown>>("../**/texts.ts", { eager: true });

describe("every texts.ts", () => {
  const all = Object.entries(modules).flatMap(([file, exports]) =>
    Object.values(exports)
      .filter((value): value is Texts<Record<string, string>> => isTexts(value))
      .map((texts) => [file, texts] as const),
  );

  it("is found", () => expect(all.length).toBeGreaterThan(3));

  it.each(all)("%s says the same in both languages", (_file, { en, zh }) => {
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
    for (const key of Object.keys(en)) {
      expect([key, placeholders(zh[key] ?? "")]).toEqual([key, placeholders(en[key] ?? "")]);
      expect([key, zh[key]?.trim()]).not.toEqual([key, ""]);
    }
  });
});

function isTexts(value: unknown): boolean {
  return typeof value === "object" && value !== null && "en" in value && "zh" in value;
}

describe("fill", () => {
  it.each([
    ["Hello {name}", { name: "Ada" }, "Hello Ada"],
    ["{n|# user|# users}", { n: 1 }, "1 user"],
    ["{n|# user|# users}", { n: 0 }, "0 users"],
    ["{n|# user|# users}", { n: 1234 }, "1,234 users"],
    ["{n|# 个用户}", { n: 1 }, "1 个用户"],
    ["{a} and {a} of {b}", { a: 2000, b: "x" }, "2,000 and 2,000 of x"],
    ["{missing} stays", {}, "{missing} stays"],
  ])("%s", (text, params, expected) => expect(fill(text, params as Record<string, string>, "en-US")).toBe(expected));
});
