"use strict";
/* Keeps "My day" on the phone of who asked for it: the page as it was when there was last a signal, for a day at the most, and not after
   signing out. It always asks Kith first. A page that does not say whose it is, as on a phone that others use, is not kept, and with it
   goes what was kept before; so does another person's. It keeps no other page, and sends nothing. */
const KEPT = "kith-today", WHOSE = "x-kith-whose", PAGES = ["/today", "/today/facts"], MOST_MILLISECONDS = 24 * 3600 * 1000, PATIENCE = 8000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && url.pathname === "/sign-out") event.respondWith(caches.delete(KEPT).then(() => fetch(request)));
  else if (request.method !== "GET") return;
  else if (PAGES.includes(url.pathname)) event.respondWith(page(request, url.pathname));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
});

async function page(request, path) {
  const cache = await caches.open(KEPT);
  let response;
  try {
    response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
  } catch (error) {
    return (await keptPage(cache, path)) || Promise.reject(error);
  }
  const whose = response.ok && !response.redirected ? response.headers.get(WHOSE) : null;
  if (!whose || (await hasAnother(cache, whose))) await caches.delete(KEPT);
  if (whose) await (await caches.open(KEPT)).put(path, await stamped(response.clone()));
  return response;
}

async function hasAnother(cache, whose) {
  const kept = await Promise.all(PAGES.map((path) => cache.match(path)));
  return kept.some((page) => page && page.headers.get(WHOSE) !== whose);
}

async function stamped(response) {
  const headers = new Headers(response.headers);
  headers.set("x-kept-at", String(Date.now()));
  return new Response(await response.blob(), { headers });
}

async function keptPage(cache, path) {
  const kept = await cache.match(path);
  if (!kept) return null;
  if (Date.now() - Number(kept.headers.get("x-kept-at")) > MOST_MILLISECONDS) {
    await cache.delete(path);
    return null;
  }
  const text = (await kept.text()).replace("<html ", '<html data-offline="yes" ');
  return new Response(text, { headers: kept.headers });
}

async function file(request) {
  const cache = await caches.open(KEPT), kept = await cache.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}
