// What an editor offers: taplo's language server, asked for completions.
//
//   node complete.mjs FOLDER < requests.json > labels.json
//
// A request is [file, text]; `|` in the text is where the cursor stands.

import { readFile } from "node:fs/promises";
import { text as read } from "node:stream/consumers";
import { isAbsolute, join } from "node:path";
import { pathToFileURL } from "node:url";
import lspModule from "@taplo/lsp";

const { TaploLsp } = lspModule;
const [, , folder] = process.argv;
const requests = JSON.parse(await read(process.stdin));
const waiting = new Map();
let sent = 0;

const offline = async () => {
  throw new Error("nothing is fetched");
};

const lsp = await TaploLsp.initialize(
  {
    now: () => new Date(),
    envVar: () => undefined,
    envVars: () => [],
    stdErrAtty: () => false,
    stdin: async () => new Uint8Array(),
    stdout: async (bytes) => bytes.length,
    stderr: async (bytes) => bytes.length,
    glob: () => [],
    readFile: (path) => readFile(path),
    writeFile: offline,
    urlToFilePath: (url) => decodeURI(url).slice("file://".length),
    isAbsolute,
    cwd: () => folder,
    findConfigFile: () => undefined,
    fetch: { fetch: offline, Headers, Request, Response },
  },
  { onMessage: receive },
);

function receive(message) {
  if (message.method && message.id !== undefined) {
    // It asks for its settings: schemas, but no catalogue from elsewhere.
    const result = [{ schema: { enabled: true, catalogs: [] } }];
    lsp.send({ jsonrpc: "2.0", id: message.id, result });
  } else if (waiting.has(message.id)) {
    waiting.get(message.id)(message);
  }
}

function ask(method, params) {
  const id = ++sent;
  const answer = new Promise((resolve) => waiting.set(id, resolve));
  lsp.send({ jsonrpc: "2.0", id, method, params });
  return answer;
}

async function complete(name, marked) {
  const before = marked.slice(0, marked.indexOf("|")).split("\n");
  const position = { line: before.length - 1, character: before.at(-1).length };
  const uri = pathToFileURL(join(folder, name)).href;
  const text = marked.replace("|", "");
  const textDocument = { uri, languageId: "toml", version: 1, text };
  lsp.send({
    jsonrpc: "2.0",
    method: "textDocument/didOpen",
    params: { textDocument },
  });
  // The schema is read in the background; until it is there, nothing is offered.
  for (let attempt = 0; attempt < 40; attempt++) {
    const params = { textDocument: { uri }, position };
    const { result } = await ask("textDocument/completion", params);
    const items = result?.items ?? result ?? [];
    if (items.length) return items.map((item) => item.label);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return [];
}

const rootUri = pathToFileURL(folder).href;
await ask("initialize", {
  processId: null,
  rootUri,
  capabilities: { workspace: { configuration: true } },
  workspaceFolders: [{ uri: rootUri, name: "files" }],
});
lsp.send({ jsonrpc: "2.0", method: "initialized", params: {} });

const labels = [];
for (const [name, marked] of requests) labels.push(await complete(name, marked));
process.stdout.write(JSON.stringify(labels), () => process.exit(0));
