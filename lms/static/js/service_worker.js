/* Answers a page that the network could not bring with the offline page, and touches nothing else: films, forms, files
 * and answers of the server go past it. The view lms.portal.views.offline.service_worker puts KEPT before this text:
 * the version, the address of the page and the files it links.
 */

const PREFIX = "offline-";
const CACHE = PREFIX + KEPT.version;
const files = new Set(KEPT.files);

/** Ask the server, not a cache that may hold yesterday's answer. */
const fresh = (address) => new Request(address, { cache: "no-cache", credentials: "same-origin" });

self.addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll([KEPT.page, ...KEPT.files].map(fresh));
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

/** The person has chosen another language, theme or size of text: the page is kept in the new look. One renewal after
 * the other, or a slow answer in the former look would overwrite the new one. */
let renewed = Promise.resolve();
self.addEventListener("message", (event) => {
  if (event.data !== "renew") return;
  const renew = async () => {
    const response = await fetch(fresh(KEPT.page));
    if (response.ok) await (await caches.open(CACHE)).put(KEPT.page, response);
  };
  renewed = renewed.then(renew).catch(() => {}); // without a network the old look stays
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
