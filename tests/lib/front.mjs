// A newer console before a program that carries an older one: serves a folder of built files with the program's own headers (so the content
// policy is the real one), and hands everything else through. For working on the console; what judges Picket runs without it.
import { createServer, request as ask } from "node:http";
import { existsSync, readFileSync, statSync } from "node:fs";
import { extname, join, normalize } from "node:path";

const kinds = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" };
const perHop = new Set(["connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "content-type", "etag", "cache-control", "date"]);

/** Resolves to `{ url, close() }`. The folder is read at every request: a rebuild shows at the next load. */
export async function front(folder, program) {
  const far = new URL(program);
  const page = await fetch(program);
  await page.text();
  const headers = Object.fromEntries([...page.headers].filter(([name]) => !perHop.has(name)));
  const server = createServer((near, answer) => {
    const path = decodeURIComponent(new URL(near.url, "http://front").pathname);
    if (!/^\/(api|auth|livez|readyz|metrics)(\/|$)/.test(path)) {
      const wanted = normalize(join(folder, path));
      const file = wanted.startsWith(normalize(folder)) && existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(folder, "index.html");
      answer.writeHead(200, { ...headers, "content-type": kinds[extname(file)] ?? "application/octet-stream", "cache-control": "no-store" });
      answer.end(readFileSync(file));
      return;
    }
    // The program compares where a request comes from with where it was sent: it must see its own name in both.
    const sent = { ...near.headers, host: far.host };
    if (sent.origin) sent.origin = far.origin;
    const through = ask({ host: far.hostname, port: far.port, method: near.method, path: near.url, headers: sent }, (reply) => {
      answer.writeHead(reply.statusCode, reply.headers);
      reply.pipe(answer);
    });
    through.on("error", () => answer.destroy());
    answer.on("close", () => through.destroy());
    near.pipe(through);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((done) => {
      server.closeAllConnections();
      server.close(done);
    }),
  };
}
