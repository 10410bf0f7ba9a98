/* A transport for <file-drop>: each file in one POST of its form, as the form itself would send it.
 *
 *   drop.transport = formTransport(form, { field: "file", words, fields: (file) => ({ title: "…" }) });
 *
 * `words`: lost, forbidden, server ({1}: status). `fields` may replace what the form says, for each file.
 * The server answers 201 with {location}, or an error with {message}. XMLHttpRequest, because fetch tells nothing about
 * what has been sent. It cannot pause, so it offers no pause().
 */

import { filled } from "./progress.js";

export function formTransport(form, { field, words, fields = () => ({}) }) {
  return (file, report) => {
    const data = new FormData(form);
    data.delete(field);
    for (const [name, value] of Object.entries(fields(file))) data.set(name, value);
    data.append(field, file); // last, so that the server knows all else when it arrives
    const request = new XMLHttpRequest();
    const address = form.getAttribute("action") || location.href;
    const done = new Promise((resolve, reject) => {
      request.open("POST", address);
      request.setRequestHeader("Accept", "application/json");
      request.responseType = "json";
      request.upload.addEventListener("progress", (event) => report(event.loaded, event.total));
      request.addEventListener("load", () => {
        const { status, response } = request;
        if (status === 201 && response) resolve(response);
        else reject(new Error(reason(request, words)));
      });
      request.addEventListener("error", () => reject(new Error(words.lost)));
      request.send(data);
    });
    return { done, cancel: () => request.abort() };
  };
}

function reason({ status, response }, words) {
  if (response?.message) return response.message;
  // A session that has ended is answered by the log-in page, with 200.
  if (status < 300 || status === 401 || status === 403) return words.forbidden;
  return filled(words.server, status);
}
