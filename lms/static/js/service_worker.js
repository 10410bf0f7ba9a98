/* Answers a page that the network could not bring with the offline page, and touches nothing else: films, forms, files
 * and answers of the server go past it. The view lms.portal.views.offline.service_worker puts KEPT before this text:
 * the version, the address of the page and the files it links.
 */

const PREFIX = "offline-";
const CACHE = PREFIX + KEPT.version;
const files = new Set(KEPT.files);

/** Ask the server, not a cache that may hold yesterday's answer. */
const fresh = (address) => new Request(address, { cache: "no-cache", credentials: "same-origin" });

/** Keep the offline page, with the look it was asked for in: without the server's `Vary`, by which a cache would hold two. */
async function keepPage(look) {
  const response = await fetch(fresh(KEPT.page));
  if (!response.ok) throw new Error(`${KEPT.page}: ${response.status}`);
  const headers = { "Content-Type": "text/html; charset=utf-8", Look: look };
  await (await caches.open(CACHE)).put(KEPT.page, new Response(await response.text(), { headers }));
}

self.addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(CACHE);
    await Promise.all([keepPage(""), cache.addAll(KEPT.files.map(fresh))]);
    await self.skipWaiting();
  };
  event.waitUntil(keep());
});

self.addEventListener("activate", (event) => {
  const takeOver = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
    await self.registration.navigationPreload?.enable();
    await self.clients.claim();
  };
  event.waitUntil(takeOver());
});

/** A page tells the look it has: language, theme, size of text. If the person has chosen another one since, the offline
 * page is kept anew. One renewal after the other, or a slow answer in the former look would overwrite the new one.
 */
let renewed = Promise.resolve();
self.addEventListener("message", (event) => {
  const { look } = event.data;
  const renew = async () => {
    const page = await caches.match(KEPT.page, { cacheName: CACHE });
    if (page?.headers.get("Look") !== look) await keepPage(look);
  };
  renewed = renewed.then(renew).catch(() => {}); // without a network the old look stays until a page comes again
  event.waitUntil(renewed);
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") {
    event.respondWith(page(event));
  } else if (request.url.startsWith(self.location.origin) && files.has(new URL(request.url).pathname)) {
    event.respondWith(file(request));
  }
});

async function page(event) {
  try {
    return (await event.preloadResponse) || (await fetch(event.request));
  } catch {
    return kept(KEPT.page);
  }
}

async function file(request) {
  try {
    return await fetch(request);
  } catch {
    return kept(request);
  }
}

async function kept(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request, { ignoreVary: true })) ?? Response.error();
}
