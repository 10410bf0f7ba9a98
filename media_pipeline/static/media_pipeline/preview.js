/* Plays every <video data-playlist> of a page; fresh addresses come as JSON from data-renew. */

import { attach } from "./hls_video.js";

for (const video of document.querySelectorAll("video[data-playlist]")) {
  const renew = async () => {
    const answer = await fetch(video.dataset.renew, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).playlist_url;
  };
  attach(video, video.dataset.playlist, { renew: video.dataset.renew ? renew : null });
}
