/* The offline page: tries again when asked, when the network is back, and by itself every few seconds. */

const EVERY_MS = 10_000;
const box = document.querySelector("[data-offline]");
const status = box.querySelector("[role=status]");

/** Whether the server answers now. Asks for something small that no cache keeps. */
async function isBack() {
  try {
    const response = await fetch(box.dataset.probe, { method: "HEAD", cache: "no-store" });
    return response.ok;
  } catch {
    return false;
  }
}

async function tryAgain(asked) {
  if (asked) status.textContent = box.dataset.trying;
  if (await isBack()) {
    // The worker has shown this page under the address that was asked for: that one again, or the first page.
    if (location.pathname === box.dataset.page) location.replace("/");
    else location.reload();
  } else if (asked) {
    status.textContent = box.dataset.still;
  }
}

box.querySelector("[data-retry]").addEventListener("click", () => tryAgain(true));
window.addEventListener("online", () => tryAgain(false));
setInterval(() => {
  if (!document.hidden) tryAgain(false);
}, EVERY_MS);
