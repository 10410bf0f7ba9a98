/* Registers the service worker that shows the offline page, and has it keep that page in the look of this one. */

async function keepOfflinePage() {
  // `serviceWorker` is missing without https (localhost excepted) and in some private windows.
  if (!window.isSecureContext || !navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" });
    const { lang, dataset } = document.documentElement;
    const dark = document.querySelector('link[rel="stylesheet"][href*="/css/dark"]');
    const look = [lang, dataset.text ?? "", dark ? dark.media : "light"].join("|");
    (await navigator.serviceWorker.ready).active.postMessage({ look });
  } catch (error) {
    // The site works without; a browser may forbid workers or storage.
    console.info("No offline page:", error.message);
  }
}

if (document.readyState === "complete") keepOfflinePage();
else window.addEventListener("load", keepOfflinePage, { once: true });
