/* Plays an HLS playlist in a <video>. Used by the previews of this room and by the lecture page of the courses.
 *
 *   import { attach } from "…/hls_video.js";
 *   const player = attach(video, playlistUrl, { renew: async () => newPlaylistUrl });
 *   player.destroy();
 *
 * `renew` is asked for a fresh address when the old one has expired (403); playing goes on where it was.
 * What cannot be mended is told in two ways: the event "playback-failed" on the video (detail.kind: network, expired
 * or media; it bubbles), and the element [data-playback-error] beside the video (_playback_error.html), if there is one.
 */

import "../vendor/hls.js-1.7.4/hls.min.js";

const Hls = globalThis.Hls;
const NETWORK_RETRIES = 6;
const RETRY_MS = 2000;

/** Attach `playlistUrl` to `video`. Returns an object with destroy(). */
export function attach(video, playlistUrl, { renew = null } = {}) {
  hideError(video);
  // Where both would do, hls.js comes first: browsers' own HLS chooses sizes worse and tells no reasons.
  if (Hls && Hls.isSupported()) return attachHls(video, playlistUrl, renew);
  if (video.canPlayType("application/vnd.apple.mpegurl")) return attachNative(video, playlistUrl, renew);
  fail(video, "media");
  return { destroy() {} };
}

function attachHls(video, playlistUrl, renew) {
  const hls = new Hls({ capLevelToPlayerSize: true, maxBufferLength: 30, maxMaxBufferLength: 60, backBufferLength: 60 });
  let address = playlistUrl;
  let mediaRepairs = 0;
  let networkRetries = 0;
  let timer = 0;
  let resume = null; // where to go on after a renewal; null while none is under way

  async function refresh() {
    if (resume) return;
    resume = { at: video.currentTime, playing: !video.paused };
    const fresh = renew ? await renew().catch(() => null) : null;
    if (fresh) {
      address = fresh;
      hls.loadSource(fresh);
    } else {
      giveUp();
    }
  }

  function giveUp() {
    resume = null;
    fail(video, "expired");
  }

  function retry() {
    networkRetries += 1;
    fail(video, "network");
    if (networkRetries > NETWORK_RETRIES) return;
    clearTimeout(timer);
    timer = setTimeout(() => (hls.levels.length ? hls.startLoad() : hls.loadSource(address)), RETRY_MS * networkRetries);
  }

  hls.on(Hls.Events.MANIFEST_PARSED, () => {
    if (!resume) return;
    const { at, playing } = resume;
    resume = null;
    video.currentTime = at;
    if (playing) video.play().catch(() => {}); // a browser that forbids it shows its own button
  });
  hls.on(Hls.Events.FRAG_BUFFERED, () => {
    networkRetries = 0;
    hideError(video);
  });
  hls.on(Hls.Events.ERROR, (_event, data) => {
    if (data.response?.code === 403) {
      const freshOneIsRefused = resume && data.details === Hls.ErrorDetails.MANIFEST_LOAD_ERROR;
      if (freshOneIsRefused) giveUp();
      else refresh();
      return;
    }
    if (!data.fatal) return;
    if (data.type === Hls.ErrorTypes.NETWORK_ERROR) retry();
    else if (data.type === Hls.ErrorTypes.MEDIA_ERROR && mediaRepairs++ < 2) hls.recoverMediaError();
    else fail(video, "media");
  });
  hls.loadSource(address);
  hls.attachMedia(video);
  return {
    destroy() {
      clearTimeout(timer);
      hls.destroy();
    },
  };
}

function attachNative(video, playlistUrl, renew) {
  let renewed = false;
  const onError = async () => {
    const at = video.currentTime;
    const fresh = renew && !renewed ? await renew().catch(() => null) : null;
    renewed = true;
    if (!fresh) {
      fail(video, video.error?.code === MediaError.MEDIA_ERR_NETWORK ? "network" : "media");
      return;
    }
    video.src = fresh;
    video.currentTime = at;
  };
  video.addEventListener("error", onError);
  video.src = playlistUrl;
  return {
    destroy() {
      video.removeEventListener("error", onError);
      video.removeAttribute("src");
      video.load();
    },
  };
}

function errorBox(video) {
  return video.parentElement?.querySelector("[data-playback-error]") ?? null;
}

function fail(video, kind) {
  const box = errorBox(video);
  if (box) {
    for (const words of box.querySelectorAll("[data-kind]")) words.hidden = words.dataset.kind !== kind;
    const button = box.querySelector("[data-playback-reload]");
    if (button) button.onclick = () => location.reload();
    box.hidden = false;
  }
  video.dispatchEvent(new CustomEvent("playback-failed", { bubbles: true, detail: { kind } }));
}

function hideError(video) {
  const box = errorBox(video);
  if (box) box.hidden = true;
}
