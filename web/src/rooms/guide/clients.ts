/** How each client is told of the gateway. Pure: from the values of the page to what has to be written where. */
import type { PlainKey } from "@/i18n";
import type { texts } from "./texts";

export interface Values {
  /** Of the gateway, without a slash and without `/v1` at the end. */
  url: string;
  key: string;
  model: string;
  /** The small model that agents use for chores. */
  small: string;
}

export const FORMATS = ["chat", "messages", "responses", "gemini"] as const;
export type Format = (typeof FORMATS)[number];
type Text = PlainKey<typeof texts>;

export interface Step {
  text: Text;
  /** A file or a terminal. */
  code?: { label: string; code: string };
  /** Fields of a settings page. */
  fields?: readonly { name: string; value: string }[];
}

export interface Client {
  id: string;
  name: string;
  /** What it speaks, and so what a try should speak. */
  format: Format;
  /** Which models it is made for: the first match is suggested. */
  likes: readonly RegExp[];
  /** Named when no model is known. */
  usual: string;
  steps: (values: Values) => readonly Step[];
  note?: Text;
}

/** JSON's texts are also those of TOML, YAML, Python and JavaScript. */
const quoted = (text: string) => JSON.stringify(text);

/** For a POSIX shell. */
function shell(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

const CLAUDE = [/^claude.*sonnet/, /^claude/, /sonnet|opus/];
const GPT = [/^gpt-4o-mini$/, /^gpt/, /mini/];
const GEMINI = [/^gemini.*flash(?!.*(lite|image|tts|live|audio))/, /^gemini/];
const PROMPT = "Say hello in one sentence.";

export const CLIENTS: readonly Client[] = [
  {
    id: "claude-code",
    name: "Claude Code",
    format: "messages",
    likes: CLAUDE,
    usual: "claude-sonnet-4-5",
    note: "claudeNote",
    steps: ({ url, key, model, small }) => [
      {
        text: "claudeFile",
        code: {
          label: "~/.claude/settings.json",
          code: JSON.stringify(
            {
              env: {
                ANTHROPIC_BASE_URL: url,
                ANTHROPIC_AUTH_TOKEN: key,
                ANTHROPIC_MODEL: model,
                ANTHROPIC_DEFAULT_HAIKU_MODEL: small,
                CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: "1",
              },
            },
            null,
            2,
          ),
        },
      },
      {
        text: "claudeShell",
        code: {
          label: "sh",
          code: [
            "unset ANTHROPIC_API_KEY",
            `export ANTHROPIC_BASE_URL=${shell(url)}`,
            `export ANTHROPIC_AUTH_TOKEN=${shell(key)}`,
            `export ANTHROPIC_MODEL=${shell(model)}`,
            `export ANTHROPIC_DEFAULT_HAIKU_MODEL=${shell(small)}`,
            `claude -p ${shell(PROMPT)}`,
          ].join("\n"),
        },
      },
    ],
  },
  {
    id: "codex",
    name: "Codex",
    format: "responses",
    likes: [/codex/, /^gpt-5/, /^gpt/],
    usual: "gpt-5",
    note: "codexNote",
    steps: ({ url, key, model }) => [
      {
        text: "codexFile",
        code: {
          label: "~/.codex/config.toml",
          code: [
            `model = ${quoted(model)}`,
            'model_provider = "thinkwatch"',
            "",
            "[model_providers.thinkwatch]",
            'name = "ThinkWatch"',
            `base_url = ${quoted(`${url}/v1`)}`,
            'env_key = "THINKWATCH_API_KEY"',
            'wire_api = "responses"',
          ].join("\n"),
        },
      },
      {
        text: "codexKey",
        code: {
          label: "sh",
          code: [`export THINKWATCH_API_KEY=${shell(key)}`, `codex exec ${shell(PROMPT)}`].join("\n"),
        },
      },
    ],
  },
  {
    id: "gemini-cli",
    name: "Gemini CLI",
    format: "gemini",
    likes: GEMINI,
    usual: "gemini-2.5-flash",
    note: "geminiNote",
    steps: ({ url, key, model }) => [
      {
        text: "geminiFile",
        code: {
          label: "~/.gemini/settings.json",
          // Without the choice it takes the address for a gateway of Google's own and refuses to begin.
          code: JSON.stringify(
            { security: { auth: { selectedType: "gemini-api-key" } }, model: { name: model } },
            null,
            2,
          ),
        },
      },
      {
        text: "geminiKey",
        code: {
          label: "sh",
          code: [
            `export GOOGLE_GEMINI_BASE_URL=${shell(url)}`,
            `export GEMINI_API_KEY=${shell(key)}`,
            `gemini --skip-trust -p ${shell(PROMPT)}`,
          ].join("\n"),
        },
      },
    ],
  },
  {
    id: "opencode",
    name: "opencode",
    format: "chat",
    likes: GPT,
    usual: "gpt-4o-mini",
    note: "opencodeNote",
    steps: ({ url, key, model }) => [
      {
        text: "opencodeFile",
        code: {
          label: "~/.config/opencode/opencode.json",
          code: JSON.stringify(
            {
              $schema: "https://opencode.ai/config.json",
              model: `thinkwatch/${model}`,
              provider: {
                thinkwatch: {
                  npm: "@ai-sdk/openai-compatible",
                  name: "ThinkWatch",
                  options: { baseURL: `${url}/v1`, apiKey: "{env:THINKWATCH_API_KEY}" },
                  models: { [model]: { name: model } },
                },
              },
            },
            null,
            2,
          ),
        },
      },
      {
        text: "opencodeKey",
        code: {
          label: "sh",
          code: [`export THINKWATCH_API_KEY=${shell(key)}`, `opencode run ${shell(PROMPT)}`].join("\n"),
        },
      },
    ],
  },
  {
    id: "aider",
    name: "aider",
    format: "chat",
    likes: GPT,
    usual: "gpt-4o-mini",
    note: "aiderNote",
    steps: ({ url, key, model }) => [
      {
        text: "aiderShell",
        code: {
          label: "sh",
          code: [
            `export OPENAI_API_BASE=${shell(`${url}/v1`)}`,
            `export OPENAI_API_KEY=${shell(key)}`,
            `aider --model ${shell(`openai/${model}`)} --message ${shell(PROMPT)}`,
          ].join("\n"),
        },
      },
    ],
  },
  {
    id: "cursor",
    name: "Cursor",
    format: "chat",
    likes: GPT,
    usual: "gpt-4o-mini",
    note: "cursorNote",
    steps: ({ url, key, model }) => [
      {
        text: "cursorKeys",
        fields: [
          { name: "OpenAI API Key", value: key },
          { name: "Override OpenAI Base URL", value: `${url}/v1` },
        ],
      },
      { text: "cursorModel", fields: [{ name: "Add Custom Model", value: model }] },
    ],
  },
  {
    id: "continue",
    name: "Continue",
    format: "chat",
    likes: GPT,
    usual: "gpt-4o-mini",
    note: "continueNote",
    steps: ({ url, key, model }) => [
      {
        text: "continueFile",
        code: {
          label: "~/.continue/config.yaml",
          code: [
            "name: ThinkWatch",
            "version: 1.0.0",
            "schema: v1",
            "models:",
            `  - name: ${quoted(model)}`,
            // Anthropic's own format keeps its prompt cache, which agents live on.
            `    provider: ${/^claude/.test(model) ? "anthropic" : "openai"}`,
            `    model: ${quoted(model)}`,
            `    apiBase: ${quoted(`${url}/v1`)}`,
            `    apiKey: ${quoted(key)}`,
            "    roles: [chat, edit, apply]",
          ].join("\n"),
        },
      },
      { text: "continueCli", code: { label: "sh", code: `cn -p ${shell(PROMPT)}` } },
    ],
  },
  {
    id: "cline",
    name: "Cline",
    format: "chat",
    likes: GPT,
    usual: "gpt-4o-mini",
    steps: ({ url, key, model }) => [
      {
        text: "clineSettings",
        fields: [
          { name: "API Provider", value: "OpenAI Compatible" },
          { name: "Base URL", value: `${url}/v1` },
          { name: "OpenAI Compatible API Key", value: key },
          { name: "Model ID", value: model },
        ],
      },
      {
        text: "clineCli",
        code: {
          label: "sh",
          code: [
            `cline auth -p openai-compatible -k ${shell(key)} -b ${shell(`${url}/v1`)} -m ${shell(model)}`,
            `cline -P openai-compatible -m ${shell(model)} ${shell(PROMPT)}`,
          ].join("\n"),
        },
      },
    ],
  },
  {
    id: "openai-sdk",
    name: "OpenAI SDK",
    format: "chat",
    likes: GPT,
    usual: "gpt-4o-mini",
    steps: ({ url, key, model }) => [
      {
        text: "sdkEnvironment",
        code: {
          label: "sh",
          code: [`export OPENAI_BASE_URL=${shell(`${url}/v1`)}`, `export OPENAI_API_KEY=${shell(key)}`].join("\n"),
        },
      },
      {
        text: "sdkPython",
        code: {
          label: "Python · pip install openai",
          code: `from openai import OpenAI

client = OpenAI(base_url=${quoted(`${url}/v1`)}, api_key=${quoted(key)})
stream = client.chat.completions.create(
    model=${quoted(model)},
    messages=[{"role": "user", "content": ${quoted(PROMPT)}}],
    stream=True,
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)
print()`,
        },
      },
      {
        text: "sdkNode",
        code: {
          label: "Node · npm install openai",
          code: `import OpenAI from "openai";

const client = new OpenAI({ baseURL: ${quoted(`${url}/v1`)}, apiKey: ${quoted(key)} });
const stream = await client.chat.completions.create({
  model: ${quoted(model)},
  messages: [{ role: "user", content: ${quoted(PROMPT)} }],
  stream: true,
});
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? "");
console.log();`,
        },
      },
    ],
  },
  {
    id: "anthropic-sdk",
    name: "Anthropic SDK",
    format: "messages",
    likes: CLAUDE,
    usual: "claude-sonnet-4-5",
    steps: ({ url, key, model }) => [
      {
        text: "sdkEnvironment",
        code: {
          label: "sh",
          code: [`export ANTHROPIC_BASE_URL=${shell(url)}`, `export ANTHROPIC_API_KEY=${shell(key)}`].join("\n"),
        },
      },
      {
        text: "sdkPython",
        code: {
          label: "Python · pip install anthropic",
          code: `from anthropic import Anthropic

client = Anthropic(base_url=${quoted(url)}, api_key=${quoted(key)})
with client.messages.stream(
    model=${quoted(model)},
    max_tokens=1024,
    messages=[{"role": "user", "content": ${quoted(PROMPT)}}],
) as stream:
    for text in stream.text_stream:
        print(text, end="", flush=True)
print()`,
        },
      },
      {
        text: "sdkNode",
        code: {
          label: "Node · npm install @anthropic-ai/sdk",
          code: `import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({ baseURL: ${quoted(url)}, apiKey: ${quoted(key)} });
const stream = client.messages.stream({
  model: ${quoted(model)},
  max_tokens: 1024,
  messages: [{ role: "user", content: ${quoted(PROMPT)} }],
});
stream.on("text", (text) => process.stdout.write(text));
await stream.finalMessage();
console.log();`,
        },
      },
    ],
  },
  {
    id: "google-sdk",
    name: "Google Gen AI SDK",
    format: "gemini",
    likes: GEMINI,
    usual: "gemini-2.5-flash",
    steps: ({ url, key, model }) => [
      {
        text: "googleEnvironment",
        code: {
          label: "sh",
          code: [
            // It would be taken first, and sent here.
            "unset GOOGLE_API_KEY",
            `export GOOGLE_GEMINI_BASE_URL=${shell(url)}`,
            `export GEMINI_API_KEY=${shell(key)}`,
            // Newer editions of the SDK for Python call another version by themselves.
            "export GOOGLE_GENAI_API_VERSION=v1beta",
          ].join("\n"),
        },
      },
      {
        text: "sdkPython",
        code: {
          label: "Python · pip install google-genai",
          code: `from google import genai

client = genai.Client(
    api_key=${quoted(key)},
    http_options={"base_url": ${quoted(url)}, "api_version": "v1beta"},
)
for chunk in client.models.generate_content_stream(
    model=${quoted(model)},
    contents=${quoted(PROMPT)},
):
    print(chunk.text or "", end="", flush=True)
print()`,
        },
      },
      {
        text: "sdkNode",
        code: {
          label: "Node · npm install @google/genai",
          code: `import { GoogleGenAI } from "@google/genai";

const ai = new GoogleGenAI({ apiKey: ${quoted(key)}, httpOptions: { baseUrl: ${quoted(url)} } });
const stream = await ai.models.generateContentStream({
  model: ${quoted(model)},
  contents: ${quoted(PROMPT)},
});
for await (const chunk of stream) process.stdout.write(chunk.text ?? "");
console.log();`,
        },
      },
    ],
  },
  {
    id: "curl",
    name: "cURL",
    format: "chat",
    likes: GPT,
    usual: "gpt-4o-mini",
    steps: ({ url, key, model }) => {
      const call = (path: string, body: unknown, headers: readonly string[] = []) =>
        [
          `curl -N ${shell(`${url}${path}`)}`,
          ...[`Authorization: Bearer ${key}`, "Content-Type: application/json", ...headers].map(
            (h) => `-H ${shell(h)}`,
          ),
          `-d ${shell(JSON.stringify(body))}`,
        ].join(" \\\n  ");
      const messages = [{ role: "user", content: PROMPT }];
      return [
        {
          text: "curlModels",
          code: { label: "sh", code: `curl ${shell(`${url}/v1/models`)} -H ${shell(`Authorization: Bearer ${key}`)}` },
        },
        {
          text: "curlChat",
          code: { label: "sh", code: call("/v1/chat/completions", { model, stream: true, messages }) },
        },
        {
          text: "curlMessages",
          code: {
            label: "sh",
            code: call("/v1/messages", { model, max_tokens: 1024, stream: true, messages }, [
              "anthropic-version: 2023-06-01",
            ]),
          },
        },
        {
          text: "curlResponses",
          code: { label: "sh", code: call("/v1/responses", { model, stream: true, input: PROMPT }) },
        },
        {
          text: "curlGemini",
          code: {
            label: "sh",
            code: call(geminiPath(model), { contents: [{ role: "user", parts: [{ text: PROMPT }] }] }),
          },
        },
      ];
    },
  },
];

/** Gemini's format has the model in the path. */
export const geminiPath = (model: string) =>
  `/v1beta/models/${encodeURIComponent(model)}:streamGenerateContent?alt=sse`;

/** Without a slash and without `/v1`: clients differ in whether they add that, and each step says it where it belongs. */
export function plainUrl(url: string): string {
  return url.trim().replace(/\/+$/, "").replace(/\/v1$/, "");
}

/**
 * The model that suits a client best: one that was set up here, else the usual one, else the newest name that is not a
 * dated edition. A gateway also lists what a provider of that kind usually has, which this one's account may lack.
 */
export function bestModel(client: Client, names: readonly string[], setUp: readonly string[]): string {
  const own = setUp.filter((name) => names.length === 0 || names.includes(name));
  const usual = names.includes(client.usual) ? client.usual : undefined;
  return pick(client.likes, own) ?? usual ?? pick(client.likes, names) ?? own[0] ?? names[0] ?? client.usual;
}

const USUAL_SMALL = "claude-haiku-4-5";

/** For an agent's chores: a small relative of the model, if there is one; else the model itself. */
export function smallModel(model: string, names: readonly string[], setUp: readonly string[]): string {
  const small = [/^claude.*haiku/, /haiku/];
  const usual = names.includes(USUAL_SMALL) ? USUAL_SMALL : undefined;
  return pick(small, setUp) ?? usual ?? pick(small, names) ?? model;
}

function pick(likes: readonly RegExp[], names: readonly string[]): string | undefined {
  const natural = new Intl.Collator("en", { numeric: true });
  for (const like of likes) {
    const fitting = names.filter((name) => like.test(name)).sort(natural.compare);
    const undated = fitting.filter((name) => !/\d{8}$|\d{4}-\d{2}-\d{2}$/.test(name));
    const best = undated.at(-1) ?? fitting.at(-1);
    if (best) return best;
  }
  return undefined;
}
